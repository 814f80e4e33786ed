import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());
afterEach(() => {
  fixture.peer().state.delayMs = 0;
});

const PATH = '/v1/performance/BTC-USD';

async function ask(patienceMs: string, path = PATH) {
  const response = await fixture.get(path, { 'x-request-timeout-ms': patienceMs });
  return { status: response.status, headers: response.headers, body: (await response.json()) as object };
}

/** What the other side has done since. */
function peerCalls() {
  const before = { ...fixture.peer().state.calls };
  return () => {
    const { arrived, dropped, executed } = fixture.peer().state.calls;
    return {
      arrived: arrived - before.arrived,
      dropped: dropped - before.dropped,
      executed: executed - before.executed,
    };
  };
}

describe('X-Request-Timeout-Ms', () => {
  it.each(['0', '-1', '1.5', '1e3', 'soon', '0x10', '9'.repeat(10), '100, 200'])(
    'is refused when it is "%s"',
    async (text) => {
      const { status, body } = await ask(text);
      expect(status).toBe(400);
      expect(Problem.parse(body).errors?.map(({ pointer }) => pointer)).toEqual([
        'header/X-Request-Timeout-Ms',
      ]);
    },
  );

  it('is refused on what would be answered from memory too', async () => {
    const path = '/v1/forecasts/BTC-USD';
    expect((await ask('1000', path)).status).toBe(200);
    expect((await ask('soon', path)).status).toBe(400);
  });

  it('lets through what is answered in time, and caps what is longer than anybody may wait', async () => {
    expect((await ask('10000')).status).toBe(200);
    expect((await ask('999999999')).status).toBe(200);
  });

  it('gives 504 when it passes, and the work of it never begins', async () => {
    fixture.peer().state.delayMs = 300;
    const calls = peerCalls();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('100')));
    for (const { status, headers, body } of answers) {
      expect(status).toBe(504);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(Problem.parse(body)).toMatchObject({ status: 504, code: 'request.deadline_exceeded' });
    }
    await waitFor(() => calls().dropped === calls().arrived, { deadlineMs: 2_000, what: 'all are dropped' });
    expect(calls()).toMatchObject({ executed: 0 });
  });

  it('of one client keeps no other from being answered', async () => {
    fixture.peer().state.delayMs = 50;
    await Promise.all(Array.from({ length: 50 }, () => ask('1')));
    expect((await fixture.get(PATH)).status).toBe(200);
  });

  it('does not hold a forecast that several wait for to the shortest of their deadlines', async () => {
    fixture.peer().state.delayMs = 200;
    const path = '/v1/forecasts/BTC-USD?horizon=168h';
    const [hasty, patient] = await Promise.all([ask('20', path), ask('5000', path)]);
    expect([hasty.status, patient.status]).toEqual([504, 200]);
  });
});

describe('a client that goes away', () => {
  it('takes its call back before it is worked on', async () => {
    fixture.peer().state.delayMs = 2_000;
    const calls = peerCalls();
    const client = new AbortController();
    const gone = fixture.get(PATH, {}, { signal: client.signal });
    const outcome = expect(gone).rejects.toThrow();
    await waitFor(() => calls().arrived === 1, { deadlineMs: 2_000, what: 'the call arrived' });
    client.abort();
    await outcome;
    await waitFor(() => calls().dropped === 1, { deadlineMs: 1_000, what: 'the call was dropped' });
    expect(calls().executed).toBe(0);
  });
});

describe('a client that leaves after sending a body', () => {
  it('is no longer counted among those being answered', async () => {
    const key = await fixture.addKey({ roles: ['operator'] });
    const inFlight = async (): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${fixture.gateway.internalPort}/metrics`)).text();
      return Number(/^http_requests_in_flight\{[^}]*\} (\d+)$/m.exec(text)?.[1]);
    };
    fixture.peer().state.delayMs = 300;
    const calls = peerCalls();
    const client = new AbortController();
    const gone = fetch(`${fixture.url}/v1/models/har/1/promote`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ alias: 'champion', instrument: 'BTC-USD', reason: 'better' }),
      signal: client.signal,
    });
    const outcome = expect(gone).rejects.toThrow();
    await waitFor(() => calls().arrived === 1, { deadlineMs: 2_000, what: 'the call arrived' });
    client.abort();
    await outcome;
    await waitFor(async () => (await inFlight()) === 0, { deadlineMs: 2_000, what: 'nobody is in flight' });
    // What changes something is not taken back halfway.
    await waitFor(() => calls().executed === 1, { deadlineMs: 2_000, what: 'the call was worked on' });
  });
});

describe('a request without a deadline of its own', () => {
  it('ends all the same', async () => {
    fixture.peer().state.delayMs = 20_000;
    const response = await fixture.get(PATH);
    expect(response.status).toBe(504);
    expect(Problem.parse(await response.json())).toMatchObject({ code: 'request.deadline_exceeded' });
  });
});
