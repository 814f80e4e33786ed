import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { installCompression } from './compression.js';
import { encodingFor } from './content-encoding.js';

const LONG = { text: 'so '.repeat(1_000) };

let server: FastifyInstance;
beforeAll(async () => {
  server = fastify();
  server.decorateRequest('principal', undefined);
  server.addHook('onRequest', (request, _reply, done) => {
    const kind = request.headers['x-kind'];
    if (kind) Object.assign(request, { principal: { kind } });
    done();
  });
  await installCompression(server);
  server.get('/long', () => LONG);
  server.get('/short', () => ({ text: 'so' }));
  server.get('/secret', { config: { secretReply: true } }, () => LONG);
  server.get('/cached', { config: { cached: true } }, () => LONG);
  server.get('/events', { config: { endless: true } }, (_request, reply) =>
    reply.type('text/event-stream').send(Readable.from(['data: x\n\n'.repeat(500)])),
  );
});
afterAll(() => server.close());

async function get(url: string, headers: Record<string, string> = {}) {
  const reply = await server.inject({ url, headers: { 'accept-encoding': 'gzip', ...headers } });
  return { encoding: reply.headers['content-encoding'], body: reply.rawPayload };
}

describe('compression', () => {
  it('is for long replies', async () => {
    const { encoding, body } = await get('/long');
    expect(encoding).toBe('gzip');
    expect(JSON.parse(gunzipSync(body).toString())).toEqual(LONG);
    expect((await get('/short')).encoding).toBeUndefined();
  });

  it.each([
    ['what shows a secret', '/secret', {}],
    ['what a browser asks with its cookie', '/long', { 'x-kind': 'session' }],
    ['what memory compresses itself', '/cached', {}],
    ['streams of events', '/events', {}],
  ])('leaves alone %s', async (_what, path, headers) => {
    expect((await get(path, headers)).encoding).toBeUndefined();
  });
});

describe('the encoding for a client', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['zstd', 'identity'],
    ['*', 'br'],
    [';;,,=', 'identity'],
  ])('that sends %j is %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
    expect(encodingFor(header)).toBe(encoding);
  });
});
