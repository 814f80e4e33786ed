import { createHmac, generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentDigest } from '@btcforecast/message-signatures';
import { newSecretsKey } from '@btcforecast/platform';
import {
  idOf,
  PAIR,
  pemOf,
  type Sent,
  type Signer,
  signerFixture,
  type SignerFixture,
} from '../testing/signer.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
let host: string;
let asAdmin: SignerFixture['asAdmin'];
let makeSigner: SignerFixture['makeSigner'];
let send: SignerFixture['send'];
let sign: SignerFixture['sign'];
beforeAll(async () => {
  fixture = await startFixture({ SECRETS_KEY: newSecretsKey() });
  ({ host, asAdmin, makeSigner, send, sign } = await signerFixture(fixture));
});
afterAll(() => fixture.close());

/** Whatever the server answers to these characters, one byte each. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(fixture.url);
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text, 'latin1'));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

const BACKTEST = JSON.stringify({
  instrument: 'BTC-USD',
  from: '2024-06-13T06:00:00Z',
  to: '2024-12-31T18:00:00Z',
  every: '6h',
  horizons: ['24h'],
  model: 'champion',
  refit: 'none',
});
const post: Sent = { method: 'POST', target: '/v1/backtests', body: BACKTEST };
const signedPost = (signer: Signer, change: Sent = {}) => ({
  ...post,
  ...change,
  headers: { ...sign(signer, post), ...change.headers },
});

const INVALID = { status: 401, body: { code: 'access.signature_invalid' } };

describe('a key that requires signatures', () => {
  it.each(['ed25519', 'hmac-sha256'] as const)('opens with requests signed by %s', async (algorithm) => {
    const signer = await makeSigner(true, algorithm);
    expect((await send({ headers: sign(signer) })).status).toBe(200);
    const query = { target: '/v1/forecasts/BTC-USD?horizon=24h' };
    expect((await send({ ...query, headers: sign(signer, query) })).status).toBe(200);
    expect((await send(signedPost(signer))).status).toBeLessThan(400);
  });

  it('is refused without a signature, also for what is in memory, and told how to sign', async () => {
    const signer = await makeSigner();
    await send({ headers: sign(signer) });
    for (const sent of [{}, post]) {
      const headers = { authorization: `Bearer ${signer.key}`, 'content-type': 'application/json' };
      const answer = await send({ ...sent, headers });
      expect(answer).toMatchObject({ status: 401, body: { code: 'access.signature_required' } });
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="btcforecast"');
      const digest = sent === post ? ' "content-digest"' : '';
      expect(answer.headers['accept-signature']).toBe(
        `sig1=("@method" "@authority" "@path" "@query"${digest});created`,
      );
    }
  });

  it('is refused with a signature by the key of somebody else, even of the same tenant', async () => {
    const [signer, other] = [await makeSigner(), await makeSigner()];
    const stolen = sign({ key: signer.key, signing: other.signing });
    expect(await send({ headers: stolen })).toMatchObject({
      status: 401,
      body: { code: 'access.signature_required' },
    });
  });

  it('is refused once its signing key is revoked, and open with the next', async () => {
    const signer = await makeSigner();
    await send({ headers: sign(signer) });
    const path = `/v1/keys/${idOf(signer.key)}/signing-keys`;
    const next = generateKeyPairSync('ed25519');
    const { body } = await asAdmin('POST', path, { name: 'next', publicKey: pemOf(next.publicKey) });
    const successor = {
      key: signer.key,
      signing: { ...signer.signing, id: String(body['id']), key: next.privateKey },
    };
    expect((await send({ headers: sign(signer) })).status).toBe(200);
    expect((await asAdmin('DELETE', `${path}/${signer.signing.id}`)).body['revokedAt']).toEqual(
      expect.any(String),
    );
    expect((await send({ headers: sign(signer) })).status).toBe(401);
    expect((await send({ headers: sign(successor) })).status).toBe(200);
  });
});

describe('a signed request', () => {
  it('counts once, however often it is sent at the same time', async () => {
    const signer = await makeSigner();
    const headers = sign(signer);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send({ headers })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.find(({ status }) => status !== 200)).toMatchObject({
      ...INVALID,
      body: { detail: expect.stringContaining('nonce was used') },
    });
    const [{ count }] = await fixture.dataSource.query(
      `SELECT count(*)::int FROM used_once WHERE space = $1`,
      [`nonce ${idOf(signer.key)}`],
    );
    expect(count).toBe(1);
  });

  it.each<[string, (signer: Signer) => Sent]>([
    ['another method', (s) => ({ ...post, body: '', headers: sign(s, { target: '/v1/backtests' }) })],
    ['another path', (s) => signedPost(s, { target: '/v1/models' })],
    ['another query', (s) => signedPost(s, { target: '/v1/backtests?dry=1' })],
    ['another host', (s) => ({ headers: { ...sign(s), host: 'other.example' } })],
    ['another body', (s) => signedPost(s, { body: BACKTEST.replace('24h', '168h') })],
    ['a body of one space more', (s) => signedPost(s, { body: `${BACKTEST} ` })],
    [
      'another body and the digest of that',
      (s) => signedPost(s, { body: '{}', headers: { 'content-digest': contentDigest('{}') } }),
    ],
    [
      'a body in the place of none',
      (s) => ({ ...post, headers: sign(s, { method: 'POST', target: post.target! }) }),
    ],
    ['no digest', (s) => ({ ...post, headers: { ...sign(s, post), 'content-digest': '' } })],
    [
      'a digest of a kind that is not taken',
      (s) => {
        const sent = { ...post, headers: { 'content-digest': 'md5=:AAAAAAAAAAAAAAAAAAAAAA==:' } };
        return { ...post, headers: sign(s, sent) };
      },
    ],
    [
      'a signature from long ago',
      (s) => ({ headers: sign(s, {}, { parameters: { created: 1_600_000_000 } }) }),
    ],
    [
      'a signature from the future',
      (s) => ({ headers: sign(s, {}, { parameters: { created: 4_000_000_000 } }) }),
    ],
    ['no time', (s) => ({ headers: sign(s, {}, { parameters: { created: undefined } }) })],
    ['no nonce', (s) => ({ headers: sign(s, {}, { parameters: { nonce: undefined } }) })],
    ['a nonce of no length', (s) => ({ headers: sign(s, {}, { parameters: { nonce: '' } }) })],
    ['a nonce without end', (s) => ({ headers: sign(s, {}, { parameters: { nonce: 'x'.repeat(257) } }) })],
    [
      'less covered than needed',
      (s) => ({ headers: sign(s, {}, { components: ['@method', '@path', '@query'] }) }),
    ],
    ['nothing covered', (s) => ({ headers: sign(s, {}, { components: [] }) })],
    [
      'an algorithm that its key has not',
      (s) => ({ headers: sign(s, {}, { parameters: { alg: 'hmac-sha256' } }) }),
    ],
    ['fields that cannot be read', (s) => ({ headers: { ...sign(s), signature: 'sig1=:-_-_:' } })],
    ['a signature without its input', (s) => ({ headers: { ...sign(s), 'signature-input': '' } })],
  ])('is refused with %s', async (_what, make) => {
    const signer = await makeSigner();
    const answer = await send(make(signer));
    expect(answer.status).toBe(401);
    expect(answer.body['code']).toMatch(/^access\.signature_(invalid|required)$/);
  });

  it('by the public key taken for a secret is refused', async () => {
    const signer = await makeSigner();
    for (const secret of [pemOf(PAIR.publicKey), PAIR.publicKey.export({ type: 'spki', format: 'der' })]) {
      const forged = sign(signer);
      const mac = createHmac('sha256', secret).update('x').digest('base64');
      const answer = await send({ headers: { ...forged, signature: `sig1=:${mac}:` } });
      expect(answer).toMatchObject(INVALID);
    }
  });

  it('with two signatures counts when one of ours is right, and a proxy may add its own', async () => {
    const signer = await makeSigner();
    const merge = (a: Record<string, string>, b: Record<string, string>) => ({
      ...a,
      'signature-input': `${a['signature-input']}, ${b['signature-input']?.replace('sig1', 'other')}`,
      signature: `${a['signature']}, ${b['signature']?.replace('sig1', 'other')}`,
    });
    const proxy = { ...signer, signing: { ...signer.signing, id: 'some-proxy' } };
    expect((await send({ headers: merge(sign(signer), sign(proxy)) })).status).toBe(200);
    const old = sign(signer, {}, { parameters: { created: 1_600_000_000 } });
    expect((await send({ headers: merge(old, sign(signer)) })).status).toBe(200);
    expect(await send({ headers: merge(old, old) })).toMatchObject(INVALID);
    expect(await send({ headers: merge(sign(proxy), sign(proxy)) })).toMatchObject({
      body: { code: 'access.signature_required' },
    });
  });

  it('cannot smuggle in lines of its own: what is no plain value is refused before anything is done', async () => {
    const signer = await makeSigner();
    const covered = { components: ['@method', '@authority', '@path', '@query', 'x-note'] };
    const headers = sign(signer, { headers: { 'x-note': 'plain' } }, covered);
    const lines = (note: string) =>
      Object.entries({ ...headers, host, connection: 'close', 'x-note': note }).map(
        ([name, value]) => `${name}: ${value}`,
      );
    const statuses: string[] = [];
    for (const note of [
      'plain\n"@method": DELETE',
      'plain\r"@method": DELETE',
      'plain\0',
      'plain\xe9',
      'plain',
    ]) {
      const text = await sendRaw(`GET /v1/forecasts/BTC-USD HTTP/1.1\r\n${lines(note).join('\r\n')}\r\n\r\n`);
      statuses.push(text.slice(9, 12));
    }
    expect(statuses).toEqual(['400', '400', '400', '401', '200']);
  });

  it('of a key that requires none is checked all the same, if it is by a key of its own', async () => {
    const signer = await makeSigner(false);
    expect((await send({ headers: { authorization: `Bearer ${signer.key}` } })).status).toBe(200);
    expect((await send({ headers: sign(signer) })).status).toBe(200);
    const wrong = sign(signer, {}, { parameters: { created: 1_600_000_000 } });
    expect(await send({ headers: wrong })).toMatchObject(INVALID);
    const foreign = { ...signer, signing: { ...signer.signing, id: 'some-proxy' } };
    expect((await send({ headers: sign(foreign) })).status).toBe(200);
  });

  it('is refused without showing anything of what was sent', async () => {
    const signer = await makeSigner();
    const canary = '"<canary>"';
    const input = `sig1=("${'canary'.repeat(3)}<b>" "@method";canary="x");created=1;keyid="${signer.signing.id}"`;
    const answers = await Promise.all([
      send({ headers: { ...sign(signer), 'signature-input': input } }),
      send({ headers: { ...sign(signer), 'signature-input': canary } }),
      send({ headers: { ...sign(signer), 'signature-input': `canary=${canary}` } }),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(JSON.stringify(body)).not.toMatch(/canary|<b>/);
    }
  });
});
