import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestVerifier } from '@btcforecast/access';
import { contentDigest, type SignatureKey, signMessage } from '@btcforecast/message-signatures';
import { newSecretsKey } from '@btcforecast/platform';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const SECRETS_KEY = newSecretsKey();
let fixture: Fixture;
let admin: string;
let host: string;
beforeAll(async () => {
  fixture = await startFixture({ SECRETS_KEY });
  admin = await fixture.addKey({ roles: ['admin'] });
  host = new URL(fixture.url).host;
});
afterAll(() => fixture.close());

const pair = generateKeyPairSync('ed25519');
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
const idOf = (key: string) => key.slice(5, 17);

async function asAdmin(method: string, path: string, body?: object) {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

interface Signer {
  readonly key: string;
  readonly signing: SignatureKey;
}

/** An API key, and a key that signs for it. */
async function makeSigner(
  required = true,
  algorithm: SignatureKey['algorithm'] = 'ed25519',
): Promise<Signer> {
  const key = await fixture.addKey({ roles: ['developer'], requireSignature: required });
  const asked = algorithm === 'ed25519' ? { publicKey: pem(pair.publicKey) } : {};
  const made = await asAdmin('POST', `/v1/keys/${idOf(key)}/signing-keys`, {
    name: 'desk',
    algorithm,
    ...asked,
  });
  expect(made.status).toBe(201);
  const id = String(made.body['id']);
  const secret = made.body['secret'] ?? '';
  const signingKey = algorithm === 'ed25519' ? pair.privateKey : createSecretKey(secret, 'base64');
  return { key, signing: { id, algorithm, key: signingKey } };
}

interface Sent {
  method?: string;
  target?: string;
  authority?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** The header fields of a signed request; `change` is what the signature is made with, instead of what is usual. */
function sign(
  { key, signing }: Signer,
  sent: Sent = {},
  change: Partial<Parameters<typeof signMessage>[1]> = {},
) {
  const { method = 'GET', target = '/v1/forecasts/BTC-USD', authority = host, body, headers = {} } = sent;
  const digest: Record<string, string> =
    body === undefined ? {} : { 'content-digest': contentDigest(body), 'content-type': 'application/json' };
  const fields = { ...digest, ...headers };
  const components = [
    '@method',
    '@authority',
    '@path',
    '@query',
    ...(body === undefined ? [] : ['content-digest']),
  ];
  const signature = signMessage(
    { method, scheme: 'http', authority, target, fields },
    {
      key: signing,
      components,
      ...change,
      parameters: { created: Math.floor(Date.now() / 1000), nonce: randomUUID(), ...change.parameters },
    },
  );
  return { authorization: `Bearer ${key}`, ...fields, ...signature };
}

/** Sends exactly these bytes: fetch would tidy up addresses and hosts. */
function send({ method = 'GET', target = '/v1/forecasts/BTC-USD', body, headers = {} }: Sent) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, string> }>(
    (resolve, reject) => {
      const url = new URL(fixture.url);
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = httpRequest(
        { host: url.hostname, port: url.port, method, path: target, headers: { ...length, ...headers } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: text === '' ? {} : (JSON.parse(text) as Record<string, string>),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    },
  );
}

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
    const { body } = await asAdmin('POST', path, { name: 'next', publicKey: pem(next.publicKey) });
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
  it('counts once, at whichever gateway, and not after a restart either', async () => {
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
    for (const secret of [pem(pair.publicKey), pair.publicKey.export({ type: 'spki', format: 'der' })]) {
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

describe('without the store of nonces', () => {
  it('no signed request is let through, and unsigned ones go on', async () => {
    const lonely = await startFixture({ SECRETS_KEY });
    try {
      const key = await lonely.addKey({ roles: ['viewer'] });
      await lonely.get('/v1/forecasts/BTC-USD', { authorization: `Bearer ${key}` });
      const { id } = { id: 'a'.repeat(12) };
      await lonely.dataSource.query(
        `INSERT INTO request_signing_keys (id, api_key_id, name, algorithm, public_key, created_by, created_at)
         VALUES ($1, $2, 'test', 'ed25519', $3, 'test', now())`,
        [id, idOf(key), pair.publicKey.export({ type: 'spki', format: 'der' })],
      );
      const signer = { key, signing: { id, algorithm: 'ed25519' as const, key: pair.privateKey } };
      const authority = new URL(lonely.url).host;
      const ask = () => lonely.get('/v1/forecasts/BTC-USD', sign(signer, { authority }));
      expect((await ask()).status).toBe(200);
      await lonely.dataSource.query('ALTER TABLE used_once RENAME TO used_once_away');
      expect((await ask()).status).toBeGreaterThanOrEqual(500);
      expect((await lonely.get('/v1/forecasts/BTC-USD', { authorization: `Bearer ${key}` })).status).toBe(
        200,
      );
    } finally {
      await lonely.close();
    }
  });
});

describe('a signing key', () => {
  it('shows its secret once, and is kept sealed', async () => {
    const signer = await makeSigner(true, 'hmac-sha256');
    const path = `/v1/keys/${idOf(signer.key)}/signing-keys`;
    const listed = await asAdmin('GET', path);
    const secret = signer.signing.key.export().toString('base64');
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    const [row] = await fixture.dataSource.query(
      'SELECT sealed_secret FROM request_signing_keys WHERE id = $1',
      [signer.signing.id],
    );
    expect(row.sealed_secret.includes(signer.signing.key.export())).toBe(false);
    expect(fixture.log.text).not.toContain(secret);
  });

  it('is of a public key of ed25519 in PEM, and of nothing else', async () => {
    const path = `/v1/keys/${idOf(fixture.key)}/signing-keys`;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    for (const publicKey of [pem(ec.publicKey), privatePem, 'nonsense', '']) {
      expect(await asAdmin('POST', path, { name: 'x', publicKey })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid', detail: expect.not.stringContaining('MC4CAQ') },
      });
    }
    for (const body of [
      { name: 'x' },
      { name: 'x', algorithm: 'hmac-sha256', publicKey: pem(pair.publicKey) },
    ]) {
      expect((await asAdmin('POST', path, body)).status).toBe(400);
    }
  });

  it('of a key of another tenant does not exist', async () => {
    await fixture.dataSource.query(
      `INSERT INTO tenants (id, name) VALUES ('other', 'Other') ON CONFLICT DO NOTHING`,
    );
    const stranger = await fixture.addKey({ tenant: 'other', roles: ['owner'] });
    const headers = { authorization: `Bearer ${stranger}`, 'content-type': 'application/json' };
    const path = `${fixture.url}/v1/keys/${idOf(fixture.key)}/signing-keys`;
    const body = JSON.stringify({ name: 'x', publicKey: pem(pair.publicKey) });
    for (const [method, address] of [
      ['GET', path],
      ['POST', path],
      ['DELETE', `${path}/${'a'.repeat(12)}`],
    ] as const) {
      const response = await fetch(address, {
        method,
        headers: method === 'POST' ? headers : { authorization: headers.authorization },
        ...(method === 'POST' && { body }),
      });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'key.not_found' });
    }
  });

  it('is noticed by other gateways within seconds', async () => {
    const signer = await makeSigner();
    expect((await send({ headers: sign(signer) })).status).toBe(200);
    await fixture.dataSource.query('UPDATE request_signing_keys SET revoked_at = now() WHERE id = $1', [
      signer.signing.id,
    ]);
    await fixture.gateway.app.get(RequestVerifier, { strict: false }).refresh();
    expect((await send({ headers: sign(signer) })).status).toBe(401);
  });
});
