import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CreateOAuthClientRequest, type Permission, PERMISSIONS } from '@btcforecast/contracts';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ISSUER, type OAuthFixture, oauthFixture } from './oauth.fixture.js';

let fixture: OAuthFixture;
let gateway: Awaited<ReturnType<OAuthFixture['gateway']>>;
beforeAll(async () => {
  fixture = await oauthFixture();
  gateway = await fixture.gateway();
});
afterAll(() => fixture.close());

const ASKED: CreateOAuthClientRequest = {
  name: 'desk',
  roles: ['viewer'],
  scopes: null,
  authMethod: 'client_secret_basic',
  expiresAt: null,
};

async function makeClient(asked: Partial<CreateOAuthClientRequest> = {}) {
  const { id, secret } = await gateway.administration.create(fixture.admin, { ...ASKED, ...asked });
  const token = async (scope?: string): Promise<string> => {
    const shown = { method: 'client_secret_basic', clientId: id, secret: secret ?? '' } as const;
    return (await gateway.grants.grant(shown, scope)).reply.access_token;
  };
  return { id, secret, token };
}

const refused = { kind: 'caller', code: 'access.token_invalid' };
const verify = (text: string, by = gateway) => by.tokens.verify(text);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose every part is chosen by an attacker. */
function forge(header: object, payload: object, signer: (bytes: Buffer) => Buffer | string): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${Buffer.from(signer(Buffer.from(signed)) as Buffer).toString('base64url')}`;
}

describe('an access token', () => {
  it('says what RFC 9068 asks for, and names its client and tenant', async () => {
    const client = await makeClient();
    const text = await client.token('market:read forecasts:read');
    expect(decodeProtectedHeader(text)).toEqual({
      typ: 'at+jwt',
      alg: 'EdDSA',
      kid: gateway.keys.signing('tokens').id,
    });
    const now = Math.floor(fixture.clock.now() / 1000);
    expect(decodeJwt(text)).toEqual({
      iss: ISSUER,
      aud: ISSUER,
      sub: client.id,
      client_id: client.id,
      scope: 'market:read forecasts:read',
      tenant: 'default',
      iat: now,
      exp: now + 600,
      jti: expect.any(String),
    });
  });

  it('makes whoever bears it the client, with the scope of the token and no more', async () => {
    const client = await makeClient({ instruments: ['BTC-USD'] });
    const principal = await verify(await client.token('forecasts:read'));
    expect(principal).toMatchObject({
      kind: 'client',
      id: client.id,
      tenant: 'default',
      name: 'desk',
      instruments: ['BTC-USD'],
      permissions: new Set(['forecasts:read']),
    });
  });

  it('is recognised from memory once it was verified, by the gateway that verified it', async () => {
    const text = await (await makeClient()).token();
    expect(gateway.tokens.verifyFromMemory(text)).toBeUndefined();
    const principal = await verify(text);
    expect(gateway.tokens.verifyFromMemory(text)).toBe(principal);
    const other = await fixture.gateway();
    expect(other.tokens.verifyFromMemory(text)).toBeUndefined();
    expect(await verify(text, other)).toEqual(principal);
  });

  it('ends with its time, in memory as well', async () => {
    const text = await (await makeClient()).token();
    await verify(text);
    fixture.clock.advance(599_000);
    expect(gateway.tokens.verifyFromMemory(text)).toBeDefined();
    fixture.clock.advance(1_001);
    expect(() => gateway.tokens.verifyFromMemory(text)).toThrow(expect.objectContaining(refused));
    await expect(verify(text)).rejects.toMatchObject(refused);
  });

  it('ends with its client: here at once, at other gateways with their next read', async () => {
    const client = await makeClient();
    const text = await client.token();
    const other = await fixture.gateway();
    await Promise.all([verify(text), verify(text, other)]);
    await gateway.administration.revoke(fixture.admin, { id: client.id });
    await expect(verify(text)).rejects.toMatchObject(refused);
    await other.clients.refresh();
    expect(() => other.tokens.verifyFromMemory(text)).toThrow(expect.objectContaining(refused));
    await expect(verify(text, other)).rejects.toMatchObject(refused);
  });

  it('gives what its client may do now, when that was narrowed since', async () => {
    const client = await makeClient({ roles: ['developer'] });
    const text = await client.token('forecasts:read webhooks:write');
    expect((await verify(text)).permissions).toEqual(new Set(['forecasts:read', 'webhooks:write']));
    const narrower = { roles: ['viewer' as const], instruments: ['ETH-USD'] };
    await gateway.administration.change(fixture.admin, { id: client.id }, narrower);
    const principal = await verify(text);
    expect(principal.permissions).toEqual(new Set(['forecasts:read']));
    expect(principal.instruments).toEqual(['ETH-USD']);
    expect(gateway.tokens.verifyFromMemory(text)?.permissions).toEqual(new Set(['forecasts:read']));
  });

  it('outlives the rotation of the secret that it was got with, and of the key that signed it', async () => {
    const client = await makeClient();
    const text = await client.token();
    await gateway.administration.rotate(fixture.admin, { id: client.id }, { overlapSeconds: 0 });
    await verify(text);
    await expect(client.token()).rejects.toMatchObject({ error: 'invalid_client' });
  });

  it('ends with the key that signed it, when that is taken away', async () => {
    const client = await makeClient();
    const text = await client.token();
    await verify(text);
    await fixture.dataSource.query('DELETE FROM server_signing_keys');
    await gateway.keys.refresh();
    expect(() => gateway.tokens.verifyFromMemory(text)).toThrow(expect.objectContaining(refused));
    await verify(await client.token());
  });
});

describe('a forged access token', () => {
  const attacker = generateKeyPairSync('ed25519');
  const bySign = (key: KeyObject) => (bytes: Buffer) => sign(null, bytes, key);
  const own = () => gateway.keys.signing('tokens');
  const header = () => ({ typ: 'at+jwt', alg: 'EdDSA', kid: own().id });
  let payload: Record<string, unknown>;
  let good: string;
  beforeAll(async () => {
    good = await (await makeClient({ roles: ['admin'] })).token();
    payload = decodeJwt(good);
  });

  it('would be taken if it were signed right, so that these tests can fail', async () => {
    await verify(forge(header(), payload, bySign(own().privateKey)));
  });

  it.each(['none', 'None', 'nOnE', ''])('without a signature is refused, alg %j', async (alg) => {
    const [, claims] = good.split('.');
    await expect(verify(`${encode({ ...header(), alg })}.${claims}.`)).rejects.toMatchObject(refused);
    await expect(verify(forge({ ...header(), alg }, payload, () => ''))).rejects.toMatchObject(refused);
  });

  it('by a MAC whose secret is our public key is refused, in whichever form that was written', async () => {
    const publicKey = createPublicKey(own().privateKey);
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url'),
      JSON.stringify(gateway.keys.published('tokens')[0]),
    ];
    for (const secret of secrets) {
      const mac = (bytes: Buffer) => createHmac('sha256', secret).update(bytes).digest();
      await expect(verify(forge({ ...header(), alg: 'HS256' }, payload, mac))).rejects.toMatchObject(refused);
    }
  });

  it('that brings its own key, or says where it lies, is refused', async () => {
    const jwk = attacker.publicKey.export({ format: 'jwk' });
    for (const extra of [
      { jwk },
      { jku: 'https://attacker.example/jwks.json' },
      { x5u: 'https://attacker.example/x5u' },
      { kid: undefined, jwk },
      { crit: ['b64'], b64: true },
    ]) {
      const text = forge({ ...header(), ...extra }, payload, bySign(attacker.privateKey));
      await expect(verify(text)).rejects.toMatchObject(refused);
    }
  });

  it.each([
    '../../../../dev/null',
    "' OR 1=1 --",
    '__proto__',
    'constructor',
    '',
    'a'.repeat(100),
    '\0',
    7,
    null,
    ['a'],
    { a: 1 },
  ])('that names the key %j is refused', async (kid) => {
    await expect(
      verify(forge({ ...header(), kid }, payload, bySign(attacker.privateKey))),
    ).rejects.toMatchObject(refused);
  });

  it('signed by the key that signs replies is refused', async () => {
    const { id, privateKey } = gateway.keys.signing('responses');
    const text = forge({ ...header(), kid: id }, payload, bySign(privateKey));
    await expect(verify(text)).rejects.toMatchObject(refused);
  });

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['of no issuer', { iss: undefined }],
    ['for another audience', { aud: 'https://other.example' }],
    ['for an audience that only begins like ours', { aud: `${ISSUER}/v1` }],
    ['for no audience', { aud: undefined }],
    ['without end', { exp: undefined }],
    ['that has ended', { exp: 1_000_000_000 }],
    ['whose end is no number', { exp: '9999999999' }],
    ['that does not count yet', { nbf: 4_000_000_000 }],
    ['without id', { jti: undefined }],
    ['without scope', { scope: undefined }],
    ['of nobody', { sub: undefined }],
    ['of two clients at once', { client_id: '000000000000' }],
    ['of a client that does not exist', { sub: '000000000000', client_id: '000000000000' }],
    ['of another tenant', { tenant: 'other' }],
  ])('%s is refused, however well it is signed', async (_what, change) => {
    const text = forge(header(), { ...payload, ...change }, bySign(own().privateKey));
    await expect(verify(text)).rejects.toMatchObject(refused);
  });

  it.each(['JWT', 'jwt', 'at+JWT2', undefined])('of the type %s is refused', async (typ) => {
    const text = forge({ ...header(), typ }, payload, bySign(own().privateKey));
    await expect(verify(text)).rejects.toMatchObject(refused);
  });

  it('that is a right one changed anywhere is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), async (at, char) => {
        fc.pre(good[at] !== char);
        const text = good.slice(0, at) + char + good.slice(at + 1);
        // The last character of a part may hold bits that mean nothing: whatever it decodes to is what counts.
        const same = (a: string, b: string) =>
          Buffer.from(a, 'base64url').equals(Buffer.from(b, 'base64url'));
        fc.pre(!good.split('.').every((part, i) => same(part, text.split('.')[i] ?? '')));
        await expect(verify(text)).rejects.toMatchObject(refused);
      }),
    );
  });

  it('or any text at all gives nothing but that refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.base64String()), async (text, parts) => {
        for (const each of [text, parts.join('.'), `eyJ${text}`]) {
          await expect(verify(each)).rejects.toMatchObject(refused);
        }
      }),
    );
  });
});

describe('the scope that is granted', () => {
  it('is a part of what the client may have, whatever is asked for', async () => {
    const permission = fc.constantFrom<Permission>(...PERMISSIONS);
    const roles = fc.uniqueArray(fc.constantFrom('viewer', 'developer', 'owner', 'operator'), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(
        roles,
        fc.option(fc.uniqueArray(permission, { minLength: 1 })),
        fc.array(permission),
        async (roles, scopes, asked) => {
          const client = await makeClient({ roles, scopes });
          const allowed = (await gateway.administration.get(fixture.admin, client)).permissions;
          const text = await client
            .token(asked.join(' '))
            .catch((error: unknown) => error as { error: string });
          const mayAll = asked.every((each) => allowed.includes(each)) && allowed.length > 0;
          if (typeof text !== 'string') {
            expect(mayAll).toBe(false);
            expect(['invalid_scope', 'unauthorized_client']).toContain(text.error);
            return;
          }
          expect(mayAll).toBe(true);
          const granted = [...(await verify(text)).permissions].sort();
          expect(granted).toEqual(asked.length > 0 ? [...new Set(asked)].sort() : allowed);
        },
      ),
      { numRuns: 25 },
    );
  });
});
