import { describe, expect, it } from '@jest/globals';
import { createLogger, newSecretsKey } from '@btcforecast/platform';
import { describeWhen, hasRedis, testRedis, waitFor } from '@btcforecast/testing';
import { startGateway } from '../start-gateway.js';
import { insertSigner, signerFixture } from '../testing/signer.js';
import { startFixture } from '../testing/start-fixture.js';

const SECRETS_KEY = newSecretsKey();
const STORES = [
  ['PostgreSQL', true],
  ['Redis', hasRedis()],
] as const;

for (const [name, available] of STORES) {
  describeWhen(available, 'there is no redis-server here')(`with nonces in ${name}`, () => {
    it('a signed request counts once at two gateways together, and not after a restart', async () => {
      const redis = name === 'Redis' ? await testRedis() : undefined;
      const first = await startFixture({ SECRETS_KEY, ...(redis && { REDIS_URL: redis.url }) });
      const logger = createLogger('test', { level: 'silent' });
      const start = () => startGateway({ env: first.env, logger });
      let second = await start();
      try {
        const signer = await insertSigner(first);
        const { send, sign } = await signerFixture(first);
        const headers = { ...sign(signer, { authority: 'api.example' }), host: 'api.example' };
        const ask = (port: number) => send({ headers, port });
        const ports = [Number(new URL(first.url).port), second.port];
        const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(ports[i % 2]!)));
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        await second.close();
        second = await start();
        let answer = await ask(second.port);
        // On a busy machine the keys of a gateway that has just begun may take too long to come.
        const isKnown = async () => (answer = await ask(second.port)).status !== 503;
        if (answer.status === 503) await waitFor(isKnown, { deadlineMs: 20_000, what: 'its key is known' });
        expect(answer).toMatchObject({
          status: 401,
          body: { detail: expect.stringContaining('nonce was used') },
        });
        const [{ count }] = await first.dataSource.query(`SELECT count(*)::int FROM used_once`);
        expect(count).toBe(redis ? 0 : 1);
      } finally {
        await second.close();
        await first.close();
        await redis?.close();
      }
    });
  });
}

describe('without the store of nonces', () => {
  it('no signed request is let through, and unsigned ones go on', async () => {
    const lonely = await startFixture({ SECRETS_KEY });
    try {
      const signer = await insertSigner(lonely);
      const { send, sign } = await signerFixture(lonely);
      const ask = () => send({ headers: sign(signer) });
      expect((await ask()).status).toBe(200);
      await lonely.dataSource.query('ALTER TABLE used_once RENAME TO used_once_away');
      expect((await ask()).status).toBeGreaterThanOrEqual(500);
      expect((await send({ headers: { authorization: `Bearer ${signer.key}` } })).status).toBe(200);
    } finally {
      await lonely.close();
    }
  });
});
