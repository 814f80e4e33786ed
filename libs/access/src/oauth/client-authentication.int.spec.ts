import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CreateOAuthClientRequest, PublicJwk } from '@btcforecast/contracts';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { createKeyText } from '../key-text.js';
import { ISSUER, type OAuthFixture, oauthFixture } from './oauth.fixture.js';

let fixture: OAuthFixture;
let gateway: Awaited<ReturnType<OAuthFixture['gateway']>>;
beforeAll(async () => {
  fixture = await oauthFixture();
  gateway = await fixture.gateway();
});
afterAll(() => fixture.close());

const REFUSED = { error: 'invalid_client', code: 'access.unauthenticated' };
const ASKED: CreateOAuthClientRequest = {
  name: 'desk',
  roles: ['viewer'],
  scopes: null,
  authMethod: 'client_secret_basic',
  expiresAt: null,
};
const create = (asked: Partial<CreateOAuthClientRequest> = {}, by = fixture.admin) =>
  gateway.administration.create(by, { ...ASKED, ...asked });

describe('a client with a secret', () => {
  const grant = (
    clientId: string,
    secret: string,
    method: 'client_secret_basic' | 'client_secret_post' = 'client_secret_basic',
  ) => gateway.grants.grant({ method, clientId, secret }, undefined);
  const secretOf = ({ secret }: { secret: string | null }) => secret ?? '';

  it('gets a token for it, by the method that it is registered with and no other', async () => {
    const basic = await create();
    const post = await create({ authMethod: 'client_secret_post' });
    expect((await grant(basic.id, secretOf(basic))).reply).toMatchObject({
      token_type: 'Bearer',
      expires_in: 600,
    });
    await grant(post.id, secretOf(post), 'client_secret_post');
    await expect(grant(basic.id, secretOf(basic), 'client_secret_post')).rejects.toMatchObject(REFUSED);
    await expect(grant(post.id, secretOf(post))).rejects.toMatchObject(REFUSED);
  });

  it('gets the same refusal whatever is wrong', async () => {
    const client = await create();
    const other = await create();
    const expired = await create({ expiresAt: fixture.clock.now() + 1_000 });
    const revoked = await create();
    await gateway.administration.revoke(fixture.admin, revoked);
    fixture.clock.advance(1_000);
    const tries: [string, string][] = [
      [client.id, secretOf(other)],
      [client.id, createKeyText(client.id).text],
      [client.id, `${secretOf(client)} `],
      [client.id, ''],
      [client.id, '\0'],
      [other.id, secretOf(client)],
      ['000000000000', createKeyText('000000000000').text],
      ["' OR 1=1 --", secretOf(client)],
      [expired.id, secretOf(expired)],
      [revoked.id, secretOf(revoked)],
    ];
    const answers = await Promise.all(
      tries.map(([id, secret]) => grant(id, secret).catch((e: unknown) => e)),
    );
    for (const answer of answers) expect(answer).toMatchObject(REFUSED);
    expect(new Set(answers.map((each) => (each as Error).message)).size).toBe(1);
  });

  it('may use the old secret for the overlap, and the new one at once', async () => {
    const client = await create();
    const rotated = await gateway.administration.rotate(fixture.admin, client, { overlapSeconds: 60 });
    await grant(client.id, secretOf(client));
    await grant(client.id, secretOf(rotated));
    await expect(
      gateway.administration.rotate(fixture.admin, client, { overlapSeconds: 60 }),
    ).rejects.toMatchObject({
      code: 'oauth_client.conflict',
    });
    fixture.clock.advance(60_000);
    await expect(grant(client.id, secretOf(client))).rejects.toMatchObject(REFUSED);
    await grant(client.id, secretOf(rotated));
  });

  it('gets a token each when many ask at once, all different', async () => {
    const client = await create();
    const replies = await Promise.all(Array.from({ length: 50 }, () => grant(client.id, secretOf(client))));
    expect(new Set(replies.map(({ reply }) => reply.access_token)).size).toBe(50);
  });

  it('has its secret stored as a digest alone, and its last use noted', async () => {
    const client = await create();
    await grant(client.id, secretOf(client));
    await gateway.clients.close();
    const [row] = await fixture.dataSource.query('SELECT * FROM oauth_clients WHERE id = $1', [client.id]);
    expect(JSON.stringify(row)).not.toContain(secretOf(client).slice(18));
    expect(row.last_used_at.getTime()).toBe(fixture.clock.now());
  });
});

describe('a client with a key', () => {
  const ed = generateKeyPairSync('ed25519');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = ({ publicKey }: typeof ed, more: object = {}) =>
    ({ ...publicKey.export({ format: 'jwk' }), ...more }) as PublicJwk;
  const make = (keys: PublicJwk[]) => create({ authMethod: 'private_key_jwt', jwks: { keys } });
  const grant = (assertion: string, clientId?: string, by = gateway) =>
    by.grants.grant({ method: 'private_key_jwt', clientId, assertion }, undefined);

  const claims = (id: string, change: JWTPayload = {}): JWTPayload => ({
    iss: id,
    sub: id,
    aud: ISSUER,
    exp: Math.floor(fixture.clock.now() / 1000) + 60,
    jti: randomUUID(),
    ...change,
  });
  const assert = (id: string, change: JWTPayload = {}, pair = ed, header: object = {}) =>
    new SignJWT(claims(id, change)).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(pair.privateKey);

  it.each([
    ['Ed25519', ed, 'EdDSA'],
    ['P-256', ec, 'ES256'],
    ['RSA', rsa, 'RS256'],
  ])('of %s gets a token for an assertion', async (_name, pair, alg) => {
    const { id, secret } = await make([jwk(pair)]);
    expect(secret).toBeNull();
    for (const change of [{}, { aud: `${ISSUER}/oauth/token` }, { aud: [ISSUER] }]) {
      const { client } = await grant(await assert(id, change, pair, { alg }), id);
      expect(client).toMatchObject({ kind: 'client', id });
    }
  });

  it('may be made from a key in PEM as well, and from a public one only', async () => {
    const pem = ed.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const { id } = await create({ authMethod: 'private_key_jwt', publicKey: pem });
    await grant(await assert(id));
    const bad = [
      ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      'nonsense',
      generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }) as string,
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
        type: 'spki',
        format: 'pem',
      }) as string,
    ];
    for (const publicKey of bad) {
      await expect(create({ authMethod: 'private_key_jwt', publicKey })).rejects.toMatchObject({
        code: 'request.invalid',
      });
    }
    await expect(make([jwk(ed, { kid: 'a' }), jwk(ec, { kid: 'a' })])).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('can use an assertion once, at whichever gateway, and after a restart', async () => {
    const { id } = await make([jwk(ed)]);
    const assertion = await assert(id);
    const gateways = [gateway, await fixture.gateway(), await fixture.gateway()];
    const tries = Array.from({ length: 30 }, (_, i) => grant(assertion, id, gateways[i % 3]));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const restarted = await fixture.gateway();
    await expect(grant(assertion, id, restarted)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('used before'),
    });
  });

  it('can use an id that another client has used', async () => {
    const [one, other] = [await make([jwk(ed)]), await make([jwk(ed)])];
    await grant(await assert(one.id, { jti: 'same' }));
    await grant(await assert(other.id, { jti: 'same' }));
  });

  it.each<[string, (now: number) => JWTPayload, string]>([
    ['has expired', (now) => ({ exp: now - 31 }), 'exp lies in the past'],
    ['ends too late', (now) => ({ exp: now + 700 }), 'exp must lie within'],
    ['never ends', () => ({ exp: undefined }), 'claim exp'],
    ['does not count yet', (now) => ({ nbf: now + 60 }), 'claim nbf'],
    ['has no id', () => ({ jti: undefined }), 'claim jti'],
    ['has an id of no length', () => ({ jti: '' }), 'jti must be'],
    ['has an id without end', () => ({ jti: 'x'.repeat(257) }), 'jti must be'],
    ['is for another server', () => ({ aud: 'https://other.example' }), 'claim aud'],
    ['is for this server and another', () => ({ aud: [ISSUER, 'https://other.example'] }), 'aud must name'],
    ['is from somebody else', () => ({ iss: '000000000000' }), 'claim iss'],
  ])('is refused when the assertion %s', async (_what, change, why) => {
    const { id } = await make([jwk(ed)]);
    const now = Math.floor(fixture.clock.now() / 1000);
    await expect(grant(await assert(id, change(now)))).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining(why),
    });
  });

  it('is refused when the assertion is not signed by its key, whatever its header says', async () => {
    const { id } = await make([jwk(ed, { kid: 'a' })]);
    const stranger = generateKeyPairSync('ed25519');
    const own = stranger.publicKey.export({ format: 'jwk' });
    const unsigned = new UnsecuredJWT(claims(id)).encode();
    const mac = (secret: string | Buffer): string => {
      const text = [{ alg: 'HS256', kid: 'a' }, claims(id)]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const forged = [
      unsigned,
      mac(ed.publicKey.export({ type: 'spki', format: 'pem' })),
      mac(Buffer.from(String(ed.publicKey.export({ format: 'jwk' }).x), 'base64url')),
      await assert(id, {}, stranger),
      await assert(id, {}, stranger, { kid: 'a' }),
      await assert(id, {}, stranger, { kid: 'a', jwk: own }),
      await assert(id, {}, stranger, { kid: gateway.keys.signing('tokens').id }),
      await assert(id, {}, ec, { alg: 'ES256', kid: 'a' }),
      await assert(id, {}, ed, { kid: 'b' }),
      'a.b.c',
      '',
    ];
    for (const assertion of forged) await expect(grant(assertion, id)).rejects.toMatchObject(REFUSED);
    await grant(await assert(id, {}, ed, { kid: 'a' }), id);
  });

  it('is refused when client_id names another client than the assertion', async () => {
    const [one, other] = [await make([jwk(ed)]), await make([jwk(ed)])];
    await expect(grant(await assert(one.id), other.id)).rejects.toMatchObject(REFUSED);
  });

  it('may have several keys while it changes them, then named by kid, and none that was taken away', async () => {
    const { id } = await make([jwk(ed, { kid: 'old' })]);
    const next = generateKeyPairSync('ed25519');
    const change = (keys: PublicJwk[]) =>
      gateway.administration.change(fixture.admin, { id }, { jwks: { keys } });
    await change([jwk(ed, { kid: 'old' }), jwk(next, { kid: 'new' })]);
    await grant(await assert(id, {}, ed, { kid: 'old' }));
    await grant(await assert(id, {}, next, { kid: 'new' }));
    await expect(grant(await assert(id, {}, next))).rejects.toMatchObject({
      message: expect.stringContaining('kid'),
    });
    await change([jwk(next, { kid: 'new' })]);
    await expect(grant(await assert(id, {}, ed, { kid: 'old' }))).rejects.toMatchObject(REFUSED);
    await grant(await assert(id, {}, next));
  });

  it('has no secret, neither to show nor to rotate', async () => {
    const { id } = await make([jwk(ed)]);
    const shown = { method: 'client_secret_basic', clientId: id, secret: createKeyText(id).text } as const;
    await expect(gateway.grants.grant(shown, undefined)).rejects.toMatchObject(REFUSED);
    await expect(
      gateway.administration.rotate(fixture.admin, { id }, { overlapSeconds: 0 }),
    ).rejects.toMatchObject({ code: 'oauth_client.conflict' });
  });
});
