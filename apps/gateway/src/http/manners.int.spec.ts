import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { ask } from '../testing/raw-request.js';

const CACHED = '/v1/forecasts/BTC-USD?horizon=1h,4h,24h';
const READ = '/v1/models';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.get(CACHED);
});
afterAll(() => fixture.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(`${fixture.url}${path}`, { method, headers: { authorization: `Bearer ${fixture.key}`, ...headers } });

describe.each([CACHED, READ, '/v1/instruments', '/openapi.json', '/v1/models/har/2/card'])(
  'GET %s',
  (path) => {
    it('has an entity tag, and costs no body when the client has it already', async () => {
      const first = await get(path);
      expect(first.status).toBe(200);
      const etag = first.headers['etag'] ?? '';
      expect(etag).toMatch(/^(W\/)?"[\w-]{22}"$/);
      expect(first.headers['cache-control']).toMatch(/no-cache/);
      for (const known of [etag, `"x", ${etag}`, etag.replace('W/', ''), '*']) {
        const again = await get(path, { 'if-none-match': known });
        expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
        expect(again.headers).toMatchObject({ etag, vary: first.headers['vary'] });
        expect(again.headers).not.toHaveProperty('content-type');
      }
      expect((await get(path, { 'if-none-match': '"other"' })).body).toEqual(first.body);
    });

    it('has the same head for HEAD, and no body', async () => {
      const [full, head] = [await get(path), await get(path, {}, 'HEAD')];
      expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      for (const name of ['etag', 'content-type', 'cache-control', 'vary']) {
        expect({ name, value: head.headers[name] }).toEqual({ name, value: full.headers[name] });
      }
    });

    it('says how long it took', async () => {
      const { headers } = await get(path);
      expect(headers['server-timing']).toMatch(/(^|, )total;dur=[\d.]+(, |$)/);
    });

    it('is compressed for whoever takes that, and not for others', async () => {
      const plain = await get(path, { 'accept-encoding': 'identity' });
      expect(plain.headers).not.toHaveProperty('content-encoding');
      expect(plain.headers['vary']).toBe('accept-encoding');
      const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
      for (const [accept, encoding] of [
        ['gzip, deflate, br, zstd', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, gzip;q=0.5', 'gzip'],
      ] as const) {
        const { headers, body } = await get(path, { 'accept-encoding': accept });
        if (plain.body.length < 1_024) {
          expect(headers).not.toHaveProperty('content-encoding');
          continue;
        }
        expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
        expect(headers['etag']).toMatch(/^W\//);
        expect(decoders[encoding](body)).toEqual(plain.body);
        expect(body.length).toBeLessThan(plain.body.length);
      }
    });
  },
);

describe('what is answered from memory', () => {
  it('says so, and what is asked of a service says how long that took', async () => {
    expect((await get(CACHED)).headers['server-timing']).toMatch(/^cache;desc=(hit|miss), total;dur=/);
    expect((await get(READ)).headers['server-timing']).toMatch(/^total;dur=[\d.]+, rpc;dur=[\d.]+$/);
  });
});

describe('what changes something', () => {
  it('has no entity tag of a reading and is not kept', async () => {
    const key = await fixture.addKey({ roles: ['developer'] });
    const path = '/v1/backtests/3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11';
    const { status, headers } = await get(
      path,
      { authorization: `Bearer ${key}`, 'if-none-match': '*' },
      'DELETE',
    );
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('etag');
    expect(headers['server-timing']).toMatch(/^total/);
  });
});

describe('a refusal', () => {
  it('does not say how long it took, so that nothing can be learnt from that', async () => {
    const { status, headers } = await get(READ, { authorization: 'Bearer nonsense' });
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('server-timing');
    expect(headers['cache-control']).toBe('no-store');
  });
});
