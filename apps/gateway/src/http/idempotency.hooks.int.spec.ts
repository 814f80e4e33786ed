import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdempotencyKeys, IdempotencyRepository, type Principal } from '@btcforecast/access';
import { createDataSource } from '@btcforecast/database';
import { createLogger } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import { fastify, type FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { installIdempotency } from './idempotency.hooks.js';

const PRINCIPAL: Principal = {
  ...{ kind: 'key', id: '0123456789ab', tenant: 'default', name: 'x', roles: [] },
  ...{ permissions: new Set(), instruments: null, horizons: null },
};

let database: TestDatabase;
let dataSource: DataSource;
let server: FastifyInstance;
let effects = 0;
beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const logger = createLogger('test', { level: 'silent' });
  const keys = new IdempotencyKeys(new IdempotencyRepository(dataSource), logger);
  server = fastify();
  installIdempotency(server, () => keys);
  server.decorateRequest('principal', undefined);
  server.decorateRequest('problem', undefined);
  server.addHook('onRequest', (request, _reply, done) => {
    request.principal = PRINCIPAL;
    done();
  });
  const done = () => ({ secret: `s3cret-${(effects += 1)}` });
  server.post('/secret', { config: { permission: 'keys:write', secretReply: true } }, done);
  server.post('/computes', { config: { permission: 'inference:run', idempotent: false } }, done);
  server.post('/nothing', { config: { permission: 'keys:write' } }, (_request, reply) => {
    effects += 1;
    return reply.code(204).send();
  });
  server.post('/stream', { config: { permission: 'keys:write' } }, () => Readable.from(['a']));
});
afterAll(async () => {
  await server.close();
  await dataSource.destroy();
  await database.drop();
});

async function post(url: string, key: string, credential?: string) {
  const { statusCode, body, headers } = await server.inject({
    method: 'POST',
    url,
    headers: { 'idempotency-key': key, ...(credential && { authorization: `Bearer ${credential}` }) },
    body: {},
  });
  return { statusCode, body, replayed: headers['idempotency-replayed'] };
}

describe('a route whose reply shows a secret', () => {
  it('does it once, and shows it again to whoever has the credential of the first request', async () => {
    effects = 0;
    const first = await post('/secret', 'mine', 'btcf_mine');
    expect(first.body).toContain('s3cret-1');
    expect(await post('/secret', 'mine', 'btcf_mine')).toEqual({ ...first, replayed: 'true' });
    for (const other of ['btcf_other', undefined]) {
      const refused = await post('/secret', 'mine', other);
      expect(refused.statusCode).not.toBe(200);
      expect(refused.body).toContain('was done already');
      expect(refused.body).not.toContain('s3cret');
    }
    expect(effects).toBe(1);
    const rows = await dataSource.query<{ body: Buffer }[]>('SELECT * FROM idempotency_keys');
    expect(rows.filter(({ body }) => body.includes('s3cret'))).toEqual([]);
    await dataSource.query('DELETE FROM idempotency_keys');
  });

  it('shows it once and keeps nothing of it for a request without such a credential', async () => {
    effects = 0;
    expect((await post('/secret', 'a')).body).toContain('s3cret-1');
    const again = await post('/secret', 'a');
    expect(again.body).toContain('was done already');
    expect(again.body).not.toContain('s3cret');
    expect(effects).toBe(1);
    const rows = await dataSource.query<object[]>('SELECT * FROM idempotency_keys');
    expect(rows).toHaveLength(1);
    expect(rows).toMatchObject([{ status: 200, body: null }]);
  });
});

describe('a route that only computes', () => {
  it('does not look at the key', async () => {
    effects = 0;
    await post('/computes', 'b');
    expect((await post('/computes', 'b')).body).toContain('s3cret-2');
  });
});

describe('a reply', () => {
  it('without a body comes again without one', async () => {
    effects = 0;
    expect(await post('/nothing', 'c')).toMatchObject({ statusCode: 204, body: '' });
    expect(await post('/nothing', 'c')).toEqual({ statusCode: 204, body: '', replayed: 'true' });
    expect(effects).toBe(1);
  });

  it('that is a stream is a mistake of ours, found by the first who sends a key', async () => {
    expect((await post('/stream', 'd')).statusCode).toBe(500);
  });
});
