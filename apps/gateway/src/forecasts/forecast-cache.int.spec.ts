import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ForecastReply } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;

const HOUR_MS = 3_600_000;
const PATH = '/v1/forecasts/BTC-USD?horizon=24h';

async function ask(path = PATH, headers: Record<string, string> = {}) {
  const response = await fixture.get(path, headers);
  const text = await response.text();
  const body = text === '' ? undefined : (JSON.parse(text) as ForecastReply);
  return { status: response.status, headers: response.headers, text, body };
}
const originOf = async (): Promise<number> => Date.parse((await ask()).body?.origin ?? '');

describe('the latest forecast', () => {
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  it('is asked of prediction once and then comes from memory, byte for byte', async () => {
    const first = await ask();
    const second = await ask();
    expect(first.headers.get('cache-status')).toBe('btcforecast; fwd=miss');
    expect(second.headers.get('cache-status')).toBe('btcforecast; hit');
    expect(second.text).toBe(first.text);
    expect(fixture.peer().state.latestCalls).toBe(1);
  });

  it('answers 200 clients at once, each with what it asked for', async () => {
    const queries = ['1h', '4h', '24h', '168h', '1h,24h', '24h,1h'];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(
        Array.from({ length: 200 }, async (_, i) => {
          const horizons = queries[i % queries.length] ?? '';
          const body = JSON.parse((await ask(`/v1/forecasts/BTC-USD?horizon=${horizons}`)).text) as {
            horizon?: string;
            data?: ForecastReply[];
          };
          expect(body.horizon ?? body.data?.map(({ horizon }) => horizon).join()).toBe(horizons);
        }),
      );
    }
  });

  it('is replaced as soon as its successor is announced', async () => {
    const first = fixture.peer().state.originMs;
    await waitFor(async () => (await originOf()) === first, { deadlineMs: 2_000, what: 'the first' });
    for (let hour = 1; hour <= 5; hour += 1) {
      await originOf(); // so that the present one is in memory
      await fixture.peer().issueNext({ announce: true });
      await waitFor(async () => (await originOf()) === first + hour * HOUR_MS, {
        deadlineMs: 900,
        what: `forecast ${hour} is served`,
        everyMs: 5,
      });
    }
  });

  it('is replaced within little more than a second although the announcement was lost', async () => {
    await ask();
    const first = fixture.peer().state.originMs;
    await fixture.peer().issueNext({ announce: false });
    await waitFor(async () => (await originOf()) === first + HOUR_MS, {
      deadlineMs: 1_500,
      what: 'the successor is served',
    });
  });

  it('does not fall back when a gap of the past is forecast', async () => {
    const { state } = fixture.peer();
    const first = state.originMs;
    await fixture.peer().issueNext({ announce: true });
    await waitFor(async () => (await originOf()) === first + HOUR_MS, { deadlineMs: 2_000, what: 'news' });
    const newest = state.originMs;
    state.originMs = first - 2 * HOUR_MS;
    await fixture.peer().issueNext({ announce: true });
    state.originMs = newest;
    const end = performance.now() + 300;
    while (performance.now() < end) expect(await originOf()).toBe(newest);
  });

  it('does not fall back when prediction knows less than was announced', async () => {
    const { state } = fixture.peer();
    const newest = state.originMs;
    await waitFor(async () => (await originOf()) === newest, { deadlineMs: 2_000, what: 'the newest' });
    state.originMs = newest - HOUR_MS;
    const calls = state.latestCalls;
    await waitFor(
      async () => {
        expect(await originOf()).toBe(newest);
        return state.latestCalls > calls + 1;
      },
      { deadlineMs: 5_000, what: 'prediction was asked again' },
    );
    state.originMs = newest;
  });

  it('has an ETag, and costs no body when the client has it already', async () => {
    const { headers, text } = await ask();
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask(PATH, { 'if-none-match': known });
      expect(again).toMatchObject({ status: 304, text: '' });
      expect(again.headers.get('etag')).toBe(etag);
    }
    expect(await ask(PATH, { 'if-none-match': '"other"' })).toMatchObject({ status: 200, text });
    expect((await ask('/v1/forecasts/BTC-USD?horizon=1h')).headers.get('etag')).not.toBe(etag);
  });

  it('has an ETag that also works on a miss and changes with the forecast', async () => {
    const etag = (await ask()).headers.get('etag') ?? '';
    await fixture.peer().issueNext({ announce: false });
    await waitFor(async () => (await ask(PATH, { 'if-none-match': etag })).status === 200, {
      deadlineMs: 1_500,
      what: 'the new forecast has another ETag',
    });
  });
});

describe('the latest forecast that nobody has asked for yet', () => {
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  it('costs one call however many ask for it at once', async () => {
    fixture.peer().state.delayMs = 100;
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask()));
    expect(new Set(answers.map(({ status, text }) => `${status}${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(fixture.peer().state.latestCalls).toBe(1);
  });

  it('does not wait for a slow prediction when it is known, and is confirmed later', async () => {
    const { text } = await ask();
    fixture.peer().state.delayMs = 600;
    const slow = await waitFor(
      async () => {
        const answer = await ask();
        return answer.headers.get('cache-status') === 'btcforecast; hit' ? undefined : answer;
      },
      { deadlineMs: 5_000, what: 'it has to be confirmed' },
    );
    expect(slow).toMatchObject({ status: 200, text });
    expect(slow.headers.get('cache-status')).toBe('btcforecast; hit; ttl=0; detail=prediction-slow');
    expect(slow.headers.get('age')).toBe('1');
    await waitFor(async () => (await ask()).headers.get('cache-status') === 'btcforecast; hit', {
      deadlineMs: 5_000,
      what: 'it was confirmed',
    });
  });

  it('is confirmed ahead of time, so that those who ask all the time do not wait for a slow prediction', async () => {
    await ask();
    const { state } = fixture.peer();
    state.delayMs = 150;
    let waited = 0;
    await waitFor(
      async () => {
        if ((await ask()).headers.get('cache-status') !== 'btcforecast; hit') waited += 1;
        return state.latestCalls >= 5;
      },
      { deadlineMs: 20_000, what: 'prediction was asked five times' },
    );
    expect(waited).toBeLessThan(3); // a machine that stands still for a moment makes one wait
  });

  it('is its predecessor, marked so, while a slow prediction is asked for what was announced', async () => {
    const { text } = await ask();
    const { state } = fixture.peer();
    const first = state.originMs;
    state.delayMs = 500;
    await fixture.peer().issueNext({ announce: true });
    const seen = new Map<number, string | null>();
    await waitFor(
      async () => {
        const { headers, body, status } = await ask();
        expect(status).toBe(200);
        seen.set(Date.parse(body?.origin ?? ''), headers.get('cache-status'));
        return seen.has(first + HOUR_MS);
      },
      { deadlineMs: 5_000, what: 'the successor is served' },
    );
    expect(seen.get(first)).toBe('btcforecast; hit; ttl=0; detail=prediction-slow');
    expect((await ask()).text).not.toBe(text);
  });
});

describe('the latest forecast of a replay', () => {
  afterEach(() => fixture.close());

  it('is not served for long while prediction is away', async () => {
    fixture = await startFixture({ FORECAST_STALE_SECONDS: '8' });
    await ask();
    await fixture.stopPeer();
    const answer = await waitFor(async () => ((await ask()).status === 503 ? ask() : undefined), {
      deadlineMs: 12_000,
      what: '503',
    });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'rpc.unavailable' });
    await fixture.restartPeer();
    await waitFor(async () => (await ask()).status === 200, {
      deadlineMs: 8_000,
      what: 'prediction is back',
    });
  });
});

describe('the latest forecast of a live market', () => {
  afterEach(() => fixture.close());

  it('is served for a while although prediction is away, and says so', async () => {
    fixture = await startFixture({ MARKET_SOURCE: 'live', MARKET_FEED: 'live' });
    Object.assign(fixture.peer().state, { source: 'live', feed: 'live' });
    const { text } = await ask();
    await fixture.stopPeer();
    const stale = await waitFor(
      async () => {
        const answer = await ask();
        const isAway = answer.headers.get('cache-status')?.endsWith('detail=prediction-unavailable');
        return isAway ? answer : undefined;
      },
      { deadlineMs: 15_000, what: 'an answer without prediction' },
    );
    expect(stale).toMatchObject({ status: 200, text });
    expect(Number(stale.headers.get('age'))).toBeGreaterThanOrEqual(1);
    const unknown = await ask('/v1/forecasts/BTC-USD?horizon=1h');
    expect(unknown.status).toBe(503);
  });
});
