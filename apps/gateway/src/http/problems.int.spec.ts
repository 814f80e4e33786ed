import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import fc from 'fast-check';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());
afterEach(() => {
  fixture.peer().state.failure = undefined;
  fixture.peer().state.delayMs = 0;
});

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Asks, and checks what every problem must have. */
async function problem(path: string, init: RequestInit = {}, headers: Record<string, string> = {}) {
  const response = await fixture.get(path, headers, init);
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(Object.fromEntries(response.headers)).toMatchObject(SECURITY_HEADERS);
  expect(text).not.toMatch(/ at .+:\d+|node_modules|<html/i);
  const body = Problem.parse(JSON.parse(text));
  expect(body.status).toBe(response.status);
  expect(body.type).toBe(`/docs/errors#${body.code}`);
  expect(body.traceId).toBe(response.headers.get('x-request-id'));
  return { ...body, headers: response.headers };
}

describe('a wrong request', () => {
  it('to an unknown path is 404, without a key too', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/forecast/BTC-USD',
      '/v1/forecasts/BTC-USD/',
      '/v3/instruments',
      '/.env',
    ]) {
      expect(await problem(path)).toMatchObject({ status: 404, code: 'request.not_found', instance: path });
      expect((await fetch(`${fixture.url}${path}`)).status).toBe(404);
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'with the method %s is 405 and says what is allowed',
    async (method) => {
      const paths = ['/v1/instruments', '/v1/forecasts/BTC-USD', '/health/live', '/openapi.json', '/docs'];
      for (const path of paths) {
        const answer = await problem(path, { method });
        expect(answer).toMatchObject({ status: 405, code: 'request.method_not_allowed' });
        expect(answer.headers.get('allow')).toBe('GET, HEAD');
      }
    },
  );

  it('with a body that is too large is 413, with a broken one 400', async () => {
    const type = { 'content-type': 'application/json' };
    const large = await problem('/v1/instruments', { method: 'POST', body: `"${'x'.repeat(20_000)}"` }, type);
    expect(large).toMatchObject({ status: 413, code: 'request.too_large' });
    const broken = await problem('/v1/instruments', { method: 'POST', body: '{"a":' }, type);
    expect(broken).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  it('with a badly encoded address is 400', async () => {
    for (const path of ['/v1/forecasts/%', '/v1/forecasts/%zz', '/v1/forecasts/%c3%28/history']) {
      expect(await problem(path)).toMatchObject({ status: 400, code: 'request.invalid' });
    }
  });

  it('names every wrong field and where it stands', async () => {
    const instrument = await problem('/v1/forecasts/btc%20usd/history');
    expect(instrument.errors).toEqual([{ pointer: 'path/instrument', detail: 'must look like BTC-USD' }]);
    const query = await problem(
      '/v1/instruments/BTC-USD/candles?interval=2h&limit=0&from=yesterday&colour=red',
    );
    expect(query.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      'query/colour',
      'query/from',
      'query/interval',
      'query/limit',
    ]);
    for (const { pointer } of query.errors ?? []) expect(query.detail).toContain(pointer);
  });

  it.each([
    ['/v1/forecasts/BTC-USD?horizon=2h', 'must be one of 1h, 4h, 24h, 168h'],
    ['/v1/forecasts/BTC-USD?horizon=1h&horizon=4h', 'is given 2 times; give it once'],
    ['/v1/forecasts/BTC-USD?levels=', 'must be numbers separated by commas'],
    ['/v1/forecasts/BTC-USD?levels=0.5,1', 'must be at most 0.999'],
    [`/v1/forecasts/BTC-USD?levels=${Array(51).fill('0.5').join()}`, 'must have at most 50 entries'],
    ['/v1/forecasts/BTC-USD/history?limit=0', 'must be at least 1'],
    ['/v1/forecasts/BTC-USD/history?limit=x', 'must be a number'],
    ['/v1/forecasts/BTC-USD/history?limit=1.5', 'must be a whole number'],
    ['/v1/forecasts/BTC-USD/history?from=yesterday', 'must be an ISO 8601 date or date-time with a zone'],
    [`/v1/forecasts/BTC-USD/history?cursor=${'x'.repeat(401)}`, 'must have at most 400 characters'],
    ['/v1/forecasts/BTC-USD/probability', 'give exactly one of above, below and between'],
    ['/v1/forecasts/BTC-USD/probability?above=-1', 'must be a price above 0'],
    ['/v1/forecasts/BTC-USD/probability?above=Infinity', 'must be a price above 0'],
    ['/v1/forecasts/BTC-USD/probability?between=2,1', 'the first price must be below the second'],
    ['/v1/forecasts/BTC-USD/probability?between=2', 'must be two prices, low,high'],
    ['/v1/instruments/BTC-USD/candles?interval=2h', 'must be one of 1m, 5m, 15m, 1h, 4h, 1d'],
    ['/v1/models?status=x', 'must be one of shipped, candidate, uploaded'],
    ['/v1/models/har/0', 'must be at least 1'],
    ['/v1/models/Har/1', 'must be lower case letters, digits, _ or -, e.g. har'],
    ['/v1/backtests/1', 'must be the id of a backtest'],
    ['/v1/track-record?limit=5000', 'must be at most 1000'],
  ])('%s is refused in words: %s', async (path, words) => {
    const { errors = [], detail } = await problem(path);
    expect(errors.map((error) => error.detail)).toEqual([words]);
    expect(detail).not.toMatch(/expected|received|Invalid|Too (big|small)|Unrecognized/);
  });

  it.each([
    ['/v1/forecasts/BTC-USD?horizon=1h&horizon=4h', 'query/horizon'],
    ['/v1/forecasts/BTC-USD?horizon=1h,1h', 'query/horizon'],
    ['/v1/forecasts/BTC-USD?horizon=', 'query/horizon/0'],
    ['/v1/forecasts/BTC-USD?horizon=1h,2h', 'query/horizon/1'],
    ['/v1/forecasts/BTC-USD?Horizon=1h', 'query/Horizon'],
    ['/v1/forecasts/BTC-USD?__proto__=1', 'query/__proto__'],
    ['/v1/instruments?limit=3', 'query/limit'],
    [`/v1/forecasts/by-id/${'0'.repeat(64)}?x`, 'query/x'],
    ['/v1/forecasts/by-id/xyz', 'path/id'],
    ['/v1/performance/BTC-USD?window=8d', 'query/window'],
    ['/v1/instruments/BTC-USD/candles?limit=1e9', 'query/limit'],
    ['/v1/instruments/BTC-USD/candles?from=2025-01-02&to=2025-01-02', 'query/from'],
    [`/v1/forecasts/BTC-USD/history?cursor=${'x'.repeat(401)}`, 'query/cursor'],
  ])('%s is refused because of %s', async (path, pointer) => {
    const answer = await problem(path);
    expect(answer).toMatchObject({ status: 400, code: 'request.invalid', errors: [{ pointer }] });
  });

  it('with a cursor that the service refuses is 400', async () => {
    const candles = await problem('/v1/instruments/BTC-USD/candles?cursor=damaged');
    expect(candles).toMatchObject({ status: 400, code: 'request.cursor_invalid' });
    const history = await problem('/v1/forecasts/BTC-USD/history?cursor=damaged');
    expect(history).toMatchObject({ status: 400, code: 'request.cursor_invalid' });
  });

  it('for what does not exist is 404', async () => {
    expect(await problem('/v1/forecasts/ETH-USD')).toMatchObject({ status: 404, code: 'instrument.unknown' });
    const id = '0'.repeat(64);
    expect(await problem(`/v1/forecasts/by-id/${id}`)).toMatchObject({
      status: 404,
      code: 'forecast.not_found',
    });
  });
});

describe('a service that fails', () => {
  it('for now gives 503 and when to try again', async () => {
    const { state } = fixture.peer();
    state.failure = new AppError('transient', 'forecast.none_yet', 'no forecast yet; try again', {
      retryAfterSeconds: 7,
    });
    const answer = await problem('/v1/forecasts/BTC-USD/history');
    expect(answer).toMatchObject({
      status: 503,
      code: 'forecast.none_yet',
      detail: 'no forecast yet; try again',
    });
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  it('by a bug gives 500 and shows nothing of it', async () => {
    fixture.peer().state.failure = new Error('relation "secret_table" does not exist');
    const answer = await problem('/v1/performance/BTC-USD');
    expect(answer).toMatchObject({ status: 500, code: 'internal.bug' });
    expect(JSON.stringify(answer)).not.toContain('secret_table');
  });

  it('by refusing our own token gives 500, not an error of the client', async () => {
    fixture.peer().state.failure = new AppError('caller', 'rpc.forbidden', 'wrong token');
    expect(await problem('/v1/performance/BTC-USD')).toMatchObject({ status: 500, code: 'internal.bug' });
  });

  it('by answering too late gives 504', async () => {
    fixture.peer().state.delayMs = 4_000;
    const patience = { 'x-request-timeout-ms': '50' };
    expect(await problem('/v1/performance/BTC-USD', {}, patience)).toMatchObject({
      status: 504,
      code: 'request.deadline_exceeded',
    });
  });
});

describe('what is not HTTP, or too long', () => {
  async function raw(text: string): Promise<{ status: number; type: string; body: Problem }> {
    const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await once(socket, 'close');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const type = /content-type: (.*)/i.exec(head)?.[1] ?? '';
    return { status: Number(head.split(' ')[1]), type, body: Problem.parse(JSON.parse(body)) };
  }

  it('gets a problem too', async () => {
    const garbage = await raw('hello\r\n\r\n');
    expect(garbage).toMatchObject({ status: 400, type: 'application/problem+json; charset=utf-8' });
    expect(garbage.body).toMatchObject({ status: 400, code: 'request.invalid' });
    const long = await raw(`GET /v1/instruments HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(9_000)}\r\n\r\n`);
    expect(long.body).toMatchObject({ status: 431, code: 'request.headers_too_large' });
    const address = await raw(`GET /v1/forecasts/${'x'.repeat(9_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(address.status).toBe(431);
  });

  it('refuses an over-long part of a path', async () => {
    expect(await problem(`/v1/forecasts/${'X'.repeat(500)}/history`)).toMatchObject({
      code: 'request.uri_too_long',
    });
  });
});

describe('any query whatever', () => {
  const names = fc.oneof(
    fc.constantFrom('horizon', 'interval', 'from', 'to', 'limit', 'cursor', 'window'),
    fc.string(),
  );
  const values = fc.oneof(
    fc.constantFrom(
      '1h',
      '24h,1h',
      '2025-01-01',
      '500',
      '-1',
      'NaN',
      '1e308',
      '\u0000',
      '../..',
      '%00',
      '{}',
    ),
    fc.string({ unit: 'binary' }),
  );
  const paths = fc.constantFrom(
    '/v1/instruments/BTC-USD/candles',
    '/v1/forecasts/BTC-USD',
    '/v1/forecasts/BTC-USD/history',
    '/v1/performance/BTC-USD',
  );

  it('gets a reply or a problem of the caller, never a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(paths, fc.array(fc.tuple(names, values), { maxLength: 4 }), async (path, pairs) => {
        const query = pairs.map((pair) =>
          pair.map((text) => encodeURIComponent(text.toWellFormed())).join('='),
        );
        const response = await fixture.get(`${path}?${query.join('&')}`);
        const body: unknown = await response.json();
        expect([200, 400, 414]).toContain(response.status);
        if (response.status !== 200) expect(Problem.safeParse(body).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gets the same for any instrument in the path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
        const response = await fixture.get(`/v1/forecasts/${encodeURIComponent(text.toWellFormed())}`);
        expect([200, 400, 404, 414]).toContain(response.status);
        expect(response.headers.get('content-type')).toMatch(/json/);
      }),
      { numRuns: 200 },
    );
  });
});
