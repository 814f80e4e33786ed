import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { createLogger } from '@btcforecast/platform';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { REQUEST_EXAMPLES } from '../docs/examples.js';
import { ask } from '../testing/raw-request.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { createHttpServer } from './create-http-server.js';
import { LIMITS } from './request-limits.js';
import { ProblemReply } from './problem-reply.js';
import { RouteTable } from './route-table.js';

let fixture: Fixture;
let developer: string;
beforeAll(async () => {
  fixture = await startFixture();
  developer = await fixture.addKey({ roles: ['operator'] });
});
afterAll(() => fixture.close());

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const reply = await ask(`${fixture.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${developer}`, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: reply.status, problem: Problem.parse(JSON.parse(reply.body.toString())) };
}
const BACKTEST = REQUEST_EXAMPLES['POST /v1/backtests'] as object;

describe('a limit', () => {
  it('of bodies is named with its number, the one of the route', async () => {
    const small = await post('/v1/backtests', JSON.stringify({ x: 'x'.repeat(LIMITS.bodyBytes) }));
    expect(small).toMatchObject({ status: 413, problem: { code: 'request.too_large' } });
    expect(small.problem.detail).toContain(' 16384 bytes ');
    const large = await post('/v1/models', JSON.stringify({ x: 'x'.repeat(1_900_000) }));
    expect(large.problem.detail).toContain(' 1900000 bytes ');
  });

  it('of addresses and their parts is named with its number', async () => {
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${developer}` };
      const { status, body } = await ask(`${fixture.url}${path}`, { headers });
      const problem = Problem.parse(JSON.parse(body.toString()));
      expect(problem.status).toBe(status);
      return problem;
    };
    const long = await get(`/v1/models?status=${'x'.repeat(5_000)}`);
    expect(long).toMatchObject({ status: 414, code: 'request.uri_too_long' });
    expect(long.detail).toContain('4096 characters');
    const part = await get(`/v1/models/${'x'.repeat(101)}/1`);
    expect(part).toMatchObject({ status: 414, code: 'request.uri_too_long' });
    expect(part.detail).toContain('100 characters');
    const headers = await get(`/v1/models?status=${'x'.repeat(9_000)}`);
    expect(headers).toMatchObject({ status: 431, code: 'request.headers_too_large' });
    expect(headers.detail).toContain('8192 bytes');
  });
});

describe('a body that is not JSON', () => {
  it.each([
    ['{"instrument":}', 'is not valid JSON: it goes wrong at line 1, column 15'],
    ['{\n "instrument": "BTC-USD",\n}', 'is not valid JSON: it goes wrong at line 3, column 1'],
    ['{"a":', 'is not valid JSON: it goes wrong at its end, line 1, column 6'],
    ['', 'is empty, although content-type announces JSON: send JSON, or no content-type'],
    ['{"__proto__": {"x": 1}}', 'must not name __proto__ or constructor.prototype'],
    ['{"constructor": {"prototype": {"x": 1}}}', 'must not name __proto__ or constructor.prototype'],
  ])('%j is told what is wrong with it: %s', async (body, detail) => {
    const { status, problem } = await post('/v1/backtests', body);
    expect({ status, errors: problem.errors }).toEqual({
      status: 400,
      errors: [{ pointer: 'body', detail }],
    });
  });

  it('is refused when it is not UTF-8, and never repeated in the answer', async () => {
    const { problem } = await post('/v1/backtests', '{"secret-thing": tru}');
    expect(JSON.stringify(problem)).not.toContain('secret-thing');
    const response = await fixture.get(
      '/v1/backtests',
      { authorization: `Bearer ${developer}`, 'content-type': 'application/json' },
      { method: 'POST', body: Buffer.from('{"a":"\xff"}', 'latin1') },
    );
    expect(await response.json()).toMatchObject({ errors: [{ pointer: 'body', detail: 'must be UTF-8' }] });
  });

  it.each(['text/plain', 'text/html', 'application/xml', 'multipart/form-data', 'application/jsonx', 'x'])(
    'is 415 as %s',
    async (type) => {
      const answer = await post('/v1/backtests', JSON.stringify(BACKTEST), { 'content-type': type });
      expect(answer).toMatchObject({ status: 415, problem: { code: 'request.unsupported_media_type' } });
    },
  );
});

describe('a query', () => {
  it('that gives a parameter twice is refused by its name', async () => {
    const response = await fixture.get('/v1/models?status=shipped&status=candidate&status=x');
    expect(await response.json()).toMatchObject({
      code: 'request.invalid',
      errors: [{ pointer: 'query/status', detail: 'is given 3 times; give it once' }],
    });
  });
});

describe('a client that sends too slowly', () => {
  let server: FastifyInstance;
  let port: number;
  beforeAll(async () => {
    const logger = createLogger('test', { level: 'silent' });
    const problems = new ProblemReply(new RouteTable(), logger);
    server = createHttpServer({}, problems, { ...LIMITS, arrivalMs: 300, arrivalCheckMs: 50 });
    server.post('/', () => 'ok');
    await server.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = server.server.address() as AddressInfo);
  });
  afterAll(() => server.close());

  it.each([
    ['head', 'POST / HTTP/1.1\r\nhost: x\r\n'],
    [
      'body',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a',
    ],
  ])('its %s is cut off with 408, and told the limit', async (_part, text) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    const problem = Problem.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''));
    expect(problem).toMatchObject({
      code: 'request.timeout',
      detail: expect.stringContaining('0.3 seconds'),
    });
  });
});
