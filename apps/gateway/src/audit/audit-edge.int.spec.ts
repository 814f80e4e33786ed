import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
let operator: string;
beforeAll(async () => {
  fixture = await startFixture();
  operator = await fixture.addKey({ roles: ['operator'] });
});
afterAll(() => fixture.close());

type Entry = Record<string, unknown>;
const entriesOf = async (requestId: string): Promise<Entry[]> =>
  (
    await fixture.dataSource.query<{ body: Entry }[]>(
      `SELECT body::jsonb AS body FROM audit_log WHERE body::jsonb ->> 'requestId' = $1 ORDER BY seq`,
      [requestId],
    )
  ).map(({ body }) => body);
const entered = (requestId: string) =>
  waitFor(
    async () => {
      const found = await entriesOf(requestId);
      return found.length > 0 ? found : undefined;
    },
    { deadlineMs: 5_000, what: 'the entry is in the chain' },
  );

const REASON = { alias: 'champion', instrument: 'BTC-USD', reason: 'better' };
async function promote(requestId: string, key: string, body: object = REASON) {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'x-request-id': requestId,
    'user-agent': 'btcf/1',
  };
  const init = { method: 'POST', body: JSON.stringify(body) };
  return (await fixture.get('/v1/models/har/1/promote', headers, init)).status;
}

describe('a request that changes something', () => {
  it('is entered with who, what, from where and what became of it', async () => {
    expect(await promote('change-01', operator)).toBe(200);
    expect(await entered('change-01')).toEqual([
      expect.objectContaining({
        tenant: 'default',
        kind: 'key',
        actor: `key ${operator.slice(5, 17)}`,
        action: 'models:promote POST /v1/models/:name/:version/promote',
        subject: 'har/1',
        address: '127.0.0.1',
        userAgent: 'btcf/1',
        outcome: 'done',
        status: 200,
        code: null,
        count: 1,
      }),
    ]);
  });

  it('that was invalid or failed is entered too, with the code of the problem', async () => {
    expect(await promote('change-02', operator, { alias: 'king' })).toBe(400);
    expect(await entered('change-02')).toMatchObject([
      { outcome: 'failed', status: 400, code: 'request.invalid' },
    ]);
    fixture.peer().state.failure = new Error('broken');
    expect(await promote('change-03', operator)).toBe(500);
    fixture.peer().state.failure = undefined;
    expect(await entered('change-03')).toMatchObject([
      { outcome: 'failed', status: 500, code: 'internal.bug' },
    ]);
  });

  it('is entered although its client did not wait for the reply', async () => {
    fixture.peer().state.delayMs = 200;
    const headers = { authorization: `Bearer ${operator}`, 'x-request-id': 'change-04' };
    const gone = fetch(`${fixture.url}/v1/models/har/1/promote`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(REASON),
      signal: AbortSignal.timeout(100),
    });
    await expect(gone).rejects.toThrow();
    expect(await entered('change-04')).toMatchObject([{ outcome: 'done', status: 200 }]);
    fixture.peer().state.delayMs = 0;
  });

  it('is refused with 503 and not done when it cannot be entered', async () => {
    const { state } = fixture.peer();
    state.lastBody = undefined;
    await fixture.dataSource.query('ALTER TABLE audit_open RENAME TO elsewhere');
    expect(await promote('change-05', operator)).toBe(503);
    await fixture.dataSource.query('ALTER TABLE elsewhere RENAME TO audit_open');
    expect(state.lastBody).toBeUndefined();
  });
});

describe('a refused access', () => {
  it('for want of rights is entered under who tried', async () => {
    expect(await promote('refused-1', fixture.key)).toBe(403);
    expect(await entered('refused-1')).toMatchObject([
      {
        actor: `key ${fixture.key.slice(5, 17)}`,
        tenant: 'default',
        outcome: 'refused',
        status: 403,
        count: 1,
      },
    ]);
  });

  it('for want of credentials is entered under its address, alike ones together', async () => {
    const TRIES = 8; // fewer than make further ones wait
    const ask = () =>
      fixture.get('/v1/models', { authorization: 'Bearer nonsense', 'x-request-id': 'refused-2' });
    const statuses = await Promise.all(Array.from({ length: TRIES }, async () => (await ask()).status));
    expect(new Set(statuses)).toEqual(new Set([401]));
    const counted = async () =>
      (await entriesOf('refused-2')).reduce((sum, { count }) => sum + Number(count), 0);
    await waitFor(async () => (await counted()) === TRIES, { deadlineMs: 5_000, what: 'all are counted' });
    const entries = await entriesOf('refused-2');
    expect(entries.length).toBeLessThanOrEqual(3);
    const expected = { actor: 'anonymous', tenant: null, action: 'models:read GET /v1/models' };
    for (const entry of entries) expect(entry).toMatchObject({ ...expected, address: '127.0.0.1' });
  });
});

describe('what only reads or computes', () => {
  it('is not entered', async () => {
    await fixture.get('/v1/models', { 'x-request-id': 'reading-1' });
    const path = `/v1/forecasts/by-id/${'0'.repeat(64)}/reproduce`;
    expect((await fixture.get(path, { 'x-request-id': 'reading-2' }, { method: 'POST' })).status).toBe(200);
    await promote('change-06', operator);
    await entered('change-06'); // later than both
    expect([...(await entriesOf('reading-1')), ...(await entriesOf('reading-2'))]).toEqual([]);
  });
});
