import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CandlesReply,
  ForecastHistoryReply,
  ForecastReply,
  ForecastsReply,
  InstrumentsReply,
  PerformanceReply,
  ScoredForecastReply,
} from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import type { z } from 'zod';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

async function body(path: string): Promise<unknown> {
  const response = await fixture.get(path);
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return response.json();
}

describe('the routes', () => {
  const routes: [path: string, schema: z.ZodType][] = [
    ['/v1/instruments', InstrumentsReply],
    ['/v1/instruments/BTC-USD/candles?interval=1h&from=2025-01-01&to=2025-01-02&limit=10', CandlesReply],
    ['/v1/forecasts/BTC-USD', ForecastReply],
    ['/v1/forecasts/BTC-USD?horizon=24h', ForecastReply],
    ['/v1/forecasts/BTC-USD?horizon=168h,1h', ForecastsReply],
    ['/v1/forecasts/BTC-USD/history?horizon=1h&limit=5', ForecastHistoryReply],
    ['/v1/performance/BTC-USD?horizon=1h&window=7d', PerformanceReply],
  ];

  it.each(routes)('%s answers what its schema says and names the source', async (path, schema) => {
    const reply = await body(path);
    expect(schema.safeParse(reply).success).toBe(true);
    expect(reply).toMatchObject({ source: 'replay' });
  });

  it('gives several horizons in the order asked', async () => {
    const { data } = (await body('/v1/forecasts/BTC-USD?horizon=168h,1h,24h')) as ForecastsReply;
    expect(data.map(({ horizon }) => horizon)).toEqual(['168h', '1h', '24h']);
  });

  it('gives a forecast by its id', async () => {
    const { id } = fixture.peer().state.forecast('24h');
    const reply = ScoredForecastReply.parse(await body(`/v1/forecasts/by-id/${id}`));
    expect(reply).toMatchObject({ id, source: 'replay', outcome: null });
  });

  it('passes instants on as milliseconds, and the cursor unchanged', async () => {
    const first = (await body('/v1/instruments/BTC-USD/candles?from=2025-01-01&limit=3')) as CandlesReply;
    expect(first.next).toBe('next-page');
    const second = (await body('/v1/instruments/BTC-USD/candles?limit=3&cursor=next-page')) as CandlesReply;
    expect(second.next).toBeNull();
    const path = '/v1/instruments/BTC-USD/candles?from=2025-01-01&limit=3';
    const { headers } = await fixture.get(path);
    expect(headers.get('link')).toBe(`<${path}&cursor=next-page>; rel="next"`);
    expect((await fixture.get(`${path}&cursor=next-page`)).headers.get('link')).toBeNull();
    await body('/v1/forecasts/BTC-USD/history?from=2025-01-01T00:00:00%2B02:00&cursor=next-page');
    expect(fixture.peer().state.lastBody).toEqual({
      instrument: 'BTC-USD',
      horizon: '24h',
      from: Date.UTC(2024, 11, 31, 22),
      limit: expect.any(Number),
      cursor: 'next-page',
    });
  });

  it('answers HEAD with the head of GET and no body', async () => {
    for (const path of ['/v1/instruments', '/v1/forecasts/BTC-USD', '/health/live', '/openapi.json']) {
      const get = await fixture.get(path);
      const head = await fixture.get(path, {}, { method: 'HEAD' });
      expect({ path, status: head.status, length: head.headers.get('content-length') }).toEqual({
        path,
        status: 200,
        length: String((await get.arrayBuffer()).byteLength),
      });
      expect(await head.text()).toBe('');
    }
  });

  it('says on every reply which request it answers, continuing the id or the trace that came', async () => {
    const given = await fixture.get('/v1/instruments', { 'x-request-id': 'order-4711' });
    expect(given.headers.get('x-request-id')).toBe('order-4711');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = await fixture.get('/v1/nothing', { traceparent });
    expect(await traced.json()).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' });
    const invented = await fixture.get('/v1/instruments', { 'x-request-id': 'a b\tc' });
    expect(invented.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

/** Value of the first series of that name with these labels. */
function sample(text: string, name: string, labels: Record<string, string>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && wanted.every((label) => each.includes(label)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

describe('health', () => {
  it('is told without a key', async () => {
    for (const state of ['live', 'ready']) {
      const response = await fetch(`${fixture.url}/health/${state}`);
      expect(await response.json()).toEqual({ status: state });
    }
  });

  it('counts requests on the internal port and shows nothing of it on the public one', async () => {
    await body('/v1/forecasts/BTC-USD');
    const internal = `http://127.0.0.1:${fixture.gateway.internalPort}`;
    const text = await (await fetch(`${internal}/metrics`)).text();
    const route = '/v1/forecasts/:instrument';
    expect(sample(text, 'http_requests_total', { route, method: 'GET', status: '200' })).toBeGreaterThan(1);
    expect(sample(text, 'http_request_duration_seconds_bucket', { route, le: '+Inf' })).toBeGreaterThan(0);
    expect(sample(text, 'forecast_cache_requests_total', { outcome: 'hit' })).toBeGreaterThan(0);
    expect(sample(text, 'http_requests_in_flight', {})).toBe(0);
    expect(sample(text, 'nodejs_eventloop_lag_p99_seconds', {})).toBeGreaterThanOrEqual(0);
    expect((await fixture.get('/metrics')).status).toBe(404);
  });

  it('does not count a request as being answered after its client has gone', async () => {
    fixture.peer().state.delayMs = 300;
    const gone = fixture.get('/v1/performance/BTC-USD', {}, { signal: AbortSignal.timeout(100) });
    await expect(gone).rejects.toThrow();
    fixture.peer().state.delayMs = 0;
    const metrics = `http://127.0.0.1:${fixture.gateway.internalPort}/metrics`;
    await waitFor(
      async () => sample(await (await fetch(metrics)).text(), 'http_requests_in_flight', {}) === 0,
      { deadlineMs: 2_000, what: 'nothing is in flight' },
    );
  });
});
