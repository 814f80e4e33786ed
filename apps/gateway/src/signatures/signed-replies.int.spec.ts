import { createPublicKey, webcrypto } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  contentDigest,
  ContentDigestCheck,
  presentedSignatures,
  type RequestParts,
  verifySignature,
} from '@btcforecast/message-signatures';
import { newSecretsKey } from '@btcforecast/platform';
import * as sig from 'http-message-sig';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ SECRETS_KEY: newSecretsKey() });
});
afterAll(() => fixture.close());

const PATH = '/v1/forecasts/BTC-USD?horizon=24h';
const USUAL = 'sig1=("@status" "content-digest" "@method";req "@path";req);created;keyid="ours"';

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly accept?: string;
  readonly headers?: Record<string, string>;
}

async function ask({ path = PATH, method = 'GET', accept, headers = {} }: Asked) {
  const response = await fixture.get(
    path,
    { ...(accept && { 'accept-signature': accept }), ...headers },
    { method },
  );
  const fields = Object.fromEntries([...response.headers]);
  const body = await response.text();
  const request: RequestParts = {
    method,
    scheme: 'http',
    authority: new URL(fixture.url).host,
    target: path,
    fields: { ...headers },
  };
  return { status: response.status, fields, body, request };
}
type Answer = Awaited<ReturnType<typeof ask>>;

async function publishedKeys(): Promise<Record<string, string>[]> {
  const response = await fetch(`${fixture.url}/.well-known/http-message-signatures-directory`);
  expect(response.headers.get('content-type')).toMatch(
    /^application\/http-message-signatures-directory\+json/,
  );
  return ((await response.json()) as { keys: Record<string, string>[] }).keys;
}

/** As a client would: by the published key that the signature names. */
async function verify({ status, fields, body, request }: Answer, components: string[] = ['@status']) {
  const [presented] = presentedSignatures(fields);
  if (!presented) throw new Error('not signed');
  const jwk = (await publishedKeys()).find(({ kid }) => kid === presented.parameters.keyid);
  const key = createPublicKey({ key: jwk ?? {}, format: 'jwk' });
  const now = Math.floor(Date.now() / 1000);
  const policy = { components, nowSeconds: now, maxAgeSeconds: 300, skewSeconds: 5 };
  verifySignature({ status, fields, request }, presented, { id: '', algorithm: 'ed25519', key }, policy);
  const digest = new ContentDigestCheck(String(fields['content-digest']));
  digest.update(Buffer.from(body));
  digest.end();
  return presented.parameters;
}

const usual = USUAL.replace(';keyid="ours"', '');
const COVERED = ['@status', 'content-digest', '"@method";req', '"@path";req'];

describe('a reply to somebody who asks for a signature', () => {
  it.each([
    ['from memory', PATH],
    ['by a service', '/v1/instruments'],
    ['without a key', '/health/live'],
    ['with an error', '/v1/forecasts/XYZ-USD'],
    ['with no such route', '/v1/nothing'],
  ])('%s is signed with the published key, and tied to the question', async (_what, path) => {
    await ask({ path });
    const answer = await ask({ path, accept: usual });
    await verify(answer, COVERED);
    const other = { ...answer, request: { ...answer.request, target: '/v1/models' } };
    await expect(verify(other)).rejects.toThrow('does not fit');
    await expect(verify({ ...answer, status: answer.status + 1 })).rejects.toThrow('does not fit');
    await expect(verify({ ...answer, body: `${answer.body} ` })).rejects.toThrow('not the one');
  });

  it('is signed to a refused request as well', async () => {
    const answer = await ask({ accept: usual, headers: { authorization: 'Bearer nonsense' } });
    expect(answer.status).toBe(401);
    await verify(answer, COVERED);
  });

  it('covers what was asked for, under its label, with nonce, tag and end', async () => {
    const accept =
      'mine=("@status" "content-digest" "content-type" "@query";req "@authority";req "x-request-id";req);' +
      'created;expires;nonce="n-1";tag="app";alg="ed25519"';
    const answer = await ask({ accept, headers: { 'x-request-id': 'signed-reply-1' } });
    const parameters = await verify(answer, ['content-type', '"@query";req', '"x-request-id";req']);
    expect(parameters).toMatchObject({ nonce: 'n-1', tag: 'app', alg: 'ed25519' });
    expect(parameters.expires).toBe((parameters.created ?? 0) + 300);
    expect(answer.fields['signature']).toMatch(/^mine=:/);
  });

  it('covers what is usual when nothing was named', async () => {
    await verify(await ask({ accept: 'sig1=();created' }), COVERED);
  });

  it('is not compressed, so that the digest is that of what arrives', async () => {
    const answer = await ask({ accept: usual, headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer.fields['content-encoding']).toBeUndefined();
    await verify(answer, COVERED);
  });

  it('to HEAD has the digest of no body', async () => {
    const answer = await ask({ method: 'HEAD', accept: usual });
    expect(answer.fields['content-digest']).toBe(contentDigest(''));
    await verify(answer, COVERED);
  });

  it.each([
    ['nothing', undefined],
    ['another algorithm', `${usual};alg="rsa-pss-sha512"`],
    ['a key that is not ours', USUAL],
    ['a field that is not there', 'sig1=("@status" "x-nothing");created'],
    ['a component that is not known', 'sig1=("@status" "@nothing");created'],
    ['no status, as if it were a request', 'sig1=("@method";req "@path";req);created'],
    ['a nonce without end', `${usual};nonce="${'x'.repeat(300)}"`],
    ['something that cannot be read', 'sig1=(('],
    ['something that is no list', 'sig1="x"'],
  ])('goes out unsigned, and as usual, when it asks for %s', async (_what, accept) => {
    const answer = await ask(accept === undefined ? {} : { accept });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.fields).filter((name) => name.startsWith('signature'))).toEqual([]);
  });

  it('takes the first of several signatures asked for that can be made', async () => {
    const answer = await ask({ accept: `a=("@status");alg="hmac-sha256", b=${usual.slice(5)}` });
    expect(answer.fields['signature']).toMatch(/^b=:/);
    await verify(answer, COVERED);
  });

  it('is accepted by a foreign verifier', async () => {
    const { status, fields, request } = await ask({ accept: usual });
    const message = {
      kind: 'response' as const,
      status,
      fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
      request: {
        kind: 'request' as const,
        method: 'GET',
        targetUri: `${fixture.url}${request.target}`,
        fields: [],
      },
    };
    const keys = await publishedKeys();
    const verified = await sig.verifySignature(message, {
      policy: {
        algorithms: ['ed25519'],
        requiredComponents: ['@status', 'content-digest', sig.component('@path', { req: true })],
        requiredParameters: ['created', 'keyid'],
        maxAge: 300,
      },
      resolveVerifier: async ({ parameters: { keyid } }) => {
        const jwk = keys.find(({ kid }) => kid === keyid) ?? {};
        const { kty, crv, x } = jwk;
        return sig.webcrypto.verifier(
          await webcrypto.subtle.importKey('jwk', { kty, crv, x } as webcrypto.JsonWebKey, 'Ed25519', false, [
            'verify',
          ]),
        );
      },
    });
    expect(verified.parameters.keyid).toBe(keys[0]?.['kid']);
  });

  it('is signed by a key that signs no tokens', async () => {
    const tokens = (await (await fetch(`${fixture.url}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string }[];
    };
    const kids = (await publishedKeys()).map(({ kid }) => kid);
    expect(tokens.keys.map(({ kid }) => kid).filter((kid) => kids.includes(kid))).toEqual([]);
  });
});
