import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSecretsKey } from '@btcforecast/platform';
import { type OAuthFixture, oauthFixture } from './oauth.fixture.js';
import type { ServerKeys } from './server-keys.js';

let fixture: OAuthFixture;
beforeAll(async () => {
  fixture = await oauthFixture();
});
afterAll(() => fixture.close());

const HOUR_MS = 3_600_000;
const PERIOD_MS = 30 * 24 * HOUR_MS;
const ids = (keys: ServerKeys) => keys.published('tokens').map(({ kid }) => kid);

describe('the keys that sign', () => {
  it('are made once, by whichever of several gateways that start together, and one for each purpose', async () => {
    const gateways = await Promise.all([fixture.gateway(), fixture.gateway(), fixture.gateway()]);
    await Promise.all(gateways.map(({ keys }) => keys.refresh()));
    const used = gateways.map(({ keys }) => [keys.signing('tokens').id, keys.signing('responses').id]);
    expect(new Set(used.flat()).size).toBe(2);
    for (const { keys } of gateways) expect(keys.published('responses')).toHaveLength(1);
  });

  it('show nothing but their public part, whose thumbprint names them', async () => {
    const { keys } = await fixture.gateway();
    expect(keys.published('tokens')).toEqual([
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: expect.stringMatching(/^[\w-]{43}$/),
        kid: keys.signing('tokens').id,
        alg: 'EdDSA',
        use: 'sig',
      },
    ]);
  });

  it('lie in the database in a form that only the key file opens', async () => {
    const stranger = await fixture.gateway(newSecretsKey());
    expect(stranger.keys.published('tokens')).toHaveLength(1);
    expect(() => stranger.keys.signing('tokens')).toThrow(
      expect.objectContaining({ kind: 'transient', message: expect.stringContaining('SECRETS_KEY_FILE') }),
    );
  });

  it('are followed by the next, published before it signs; the old one stays until nothing of it counts', async () => {
    const [one, other] = [await fixture.gateway(), await fixture.gateway()];
    const first = one.keys.signing('tokens').id;
    fixture.clock.advance(PERIOD_MS - 2 * HOUR_MS);
    await one.keys.refresh();
    expect(ids(one.keys)).toEqual([first]);

    fixture.clock.advance(HOUR_MS + 1);
    await Promise.all([one.keys.refresh(), other.keys.refresh()]);
    const [, next] = ids(one.keys);
    expect(ids(one.keys)).toEqual([first, next]);
    expect(ids(other.keys)).toEqual([first, next]);
    expect(one.keys.signing('tokens').id).toBe(first);

    fixture.clock.advance(HOUR_MS);
    expect(one.keys.signing('tokens').id).toBe(next);
    expect(other.keys.signing('tokens').id).toBe(next);
    expect(one.keys.find(String(first), 'tokens')).toBeDefined();

    fixture.clock.advance(HOUR_MS);
    expect(one.keys.find(String(first), 'tokens')).toBeUndefined();
    await one.keys.refresh();
    expect(ids(one.keys)).toEqual([next]);
  });

  it('keep no private part once they sign no more', async () => {
    const { keys } = await fixture.gateway();
    const before = keys.signing('tokens').id;
    const [{ signs_until: until }] = await fixture.dataSource.query(
      'SELECT signs_until FROM server_signing_keys WHERE id = $1',
      [before],
    );
    fixture.clock.set(until.getTime() - HOUR_MS + 1);
    await keys.refresh();
    fixture.clock.set(until.getTime() + 120_000);
    await keys.refresh();
    const rows = await fixture.dataSource.query(
      `SELECT id FROM server_signing_keys WHERE sealed_private_key IS NULL AND purpose = 'tokens'`,
    );
    expect(rows).toEqual([{ id: before }]);
    expect(keys.find(before, 'tokens')).toBeDefined();
  });

  it('that are deleted end at once with all that they signed, and new ones take their place', async () => {
    const { keys } = await fixture.gateway();
    const stolen = keys.signing('tokens').id;
    await fixture.dataSource.query('DELETE FROM server_signing_keys');
    await keys.refresh();
    expect(keys.find(stolen, 'tokens')).toBeUndefined();
    expect(keys.signing('tokens').id).not.toBe(stolen);
  });

  it('of another purpose are not taken for each other', async () => {
    const { keys } = await fixture.gateway();
    expect(keys.find(keys.signing('responses').id, 'tokens')).toBeUndefined();
  });
});
