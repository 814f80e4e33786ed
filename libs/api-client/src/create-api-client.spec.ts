import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from './api.error.js';
import { type ApiClient, createApiClient } from './create-api-client.js';
import type { HttpOptions } from './http.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: number;
}
type Reply = (response: ServerResponse) => void;

let server: Server;
let seen: Seen[];
let replies: Reply[];

beforeEach(async () => {
  [seen, replies] = [[], []];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body, at: performance.now() });
      (replies.shift() ?? json(200, {}))(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
const dropped: Reply = (response) => void response.destroy();
const problem = (status: number, code: string, headers: Record<string, string> = {}): Reply =>
  json(
    status,
    { type: '/docs/errors', title: 'x', status, code, detail: 'why', instance: '/', traceId: 't' },
    headers,
  );

function api(options: Partial<HttpOptions> = {}): ApiClient {
  const { port } = server.address() as AddressInfo;
  return createApiClient({ baseUrl: `http://127.0.0.1:${port}/`, credentials: 'btcf_key', ...options });
}
const ask = (client: ApiClient) => client.forecastLatest({ path: { instrument: 'BTC-USD' } });
const start = (client: ApiClient, idempotencyKey?: string) =>
  client.backtestStart(
    { body: { instrument: 'BTC-USD', from: '2025-01-01T00:00:00Z', to: '2025-02-01T00:00:00Z' } },
    { ...(idempotencyKey !== undefined && { idempotencyKey }) },
  );

describe('a call', () => {
  it('has its path, its query with lists separated by commas, and its credentials', async () => {
    replies = [json(200, { instrument: 'BTC-USD' })];
    const query = { horizon: ['1h' as const, '24h' as const], levels: [0.01, 0.99] };
    const reply = await api().forecastLatest({ path: { instrument: 'BTC-USD' }, query });
    expect(reply).toEqual({ instrument: 'BTC-USD' });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/v1/forecasts/BTC-USD?horizon=1h%2C24h&levels=0.01%2C0.99',
      headers: { authorization: 'Bearer btcf_key', 'x-request-timeout-ms': '30000' },
    });
  });

  it('escapes what it puts into the path', async () => {
    await api().modelFind({ path: { name: '../a b?', version: 1 } });
    expect(seen[0]?.url).toBe('/v1/models/..%2Fa%20b%3F/1');
  });

  it('asks for the token of the moment each time, and lets a signer change the request', async () => {
    let tokens = 0;
    const sign = (request: Request): Request => {
      request.headers.set('signature', `of ${request.headers.get('authorization')}`);
      return request;
    };
    const client = api({ credentials: () => `token-${(tokens += 1)}`, sign });
    replies = [problem(503, 'service.not_ready', { 'retry-after': '0' }), json(200, {})];
    await ask(client);
    expect(seen.map(({ headers }) => headers['signature'])).toEqual([
      'of Bearer token-1',
      'of Bearer token-2',
    ]);
  });
});

describe('a failed call', () => {
  it.each([429, 500, 502, 503, 504])('that reads is repeated after %i', async (status) => {
    replies = [problem(status, 'service.not_ready', { 'retry-after': '0' }), json(200, { ok: true })];
    await expect(ask(api())).resolves.toEqual({ ok: true });
    expect(seen).toHaveLength(2);
  });

  it('is repeated no sooner than the server asked', async () => {
    replies = [problem(429, 'quota.exceeded', { 'retry-after': '1' }), json(200, {})];
    await ask(api());
    expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(990);
  });

  it('is not repeated when the server asks for a longer wait than the caller allows', async () => {
    replies = [problem(429, 'quota.exceeded', { 'retry-after': '3600' })];
    await expect(ask(api())).rejects.toMatchObject({ status: 429, code: 'quota.exceeded' });
    expect(seen).toHaveLength(1);
  });

  it('is repeated when the connection is lost', async () => {
    replies = [dropped, json(200, { ok: true })];
    await expect(ask(api())).resolves.toEqual({ ok: true });
  });

  it.each([400, 401, 403, 404, 409, 422])(
    'with %i is the caller’s to mend, and thrown at once',
    async (status) => {
      replies = [problem(status, 'request.invalid')];
      const error: unknown = await ask(api()).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status, code: 'request.invalid', message: `${status}: why` });
      expect(seen).toHaveLength(1);
    },
  );

  it('ends with the problem when no retry helps', async () => {
    replies = Array.from({ length: 9 }, () => problem(503, 'service.not_ready', { 'retry-after': '0' }));
    await expect(ask(api({ retries: 2 }))).rejects.toMatchObject({ status: 503 });
    expect(seen).toHaveLength(3);
  });

  it('says what a proxy or the inference protocol answered, which is no problem document', async () => {
    replies = [json(400, { error: 'no such input' })];
    await expect(ask(api())).rejects.toMatchObject({ problem: undefined, message: '400: no such input' });
    replies = [(response) => void response.writeHead(404).end('<html>')];
    await expect(ask(api())).rejects.toMatchObject({ problem: undefined, status: 404 });
  });

  it('stops when the caller no longer waits', async () => {
    replies = [() => undefined];
    const controller = new AbortController();
    const asked = api().forecastLatest({ path: { instrument: 'BTC-USD' } }, { signal: controller.signal });
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a change', () => {
  it('goes on under one name through all repetitions', async () => {
    replies = [dropped, problem(409, 'idempotency.running', { 'retry-after': '0' }), json(202, { id: 'x' })];
    await expect(start(api())).resolves.toEqual({ id: 'x' });
    const names = new Set(seen.map(({ headers }) => headers['idempotency-key']));
    expect(seen).toHaveLength(3);
    expect(names.size).toBe(1);
    expect([...names][0]).toMatch(/^"[0-9a-f-]{36}"$/);
  });

  it('takes the name that the caller gives it', async () => {
    await start(api(), 'order-4711');
    expect(seen[0]).toMatchObject({ headers: { 'idempotency-key': '"order-4711"' } });
    expect(JSON.parse(seen[0]!.body)).toMatchObject({ instrument: 'BTC-USD' });
  });
});
