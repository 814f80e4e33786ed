import { createSecretKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { RequestSigningKeyEntity } from '@btcforecast/database';
import { contentDigest, type SignatureKey, signMessage } from '@btcforecast/message-signatures';
import type { Fixture } from './start-fixture.js';

/** An API key, and a key that signs for it. */
export interface Signer {
  readonly key: string;
  readonly signing: SignatureKey;
}

export interface Sent {
  method?: string;
  target?: string;
  authority?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Default: that of the fixture. */
  port?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, string>>;
}

export const PAIR = generateKeyPairSync('ed25519');
const PATH = '/v1/forecasts/BTC-USD';

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

export function idOf(key: string): string {
  return key.slice(5, 17);
}

/** What a client does that signs, at one gateway. */
export async function signerFixture(fixture: Fixture) {
  const admin = await fixture.addKey({ roles: ['admin'] });
  const { host, hostname, port: usualPort } = new URL(fixture.url);

  /** Sends exactly these bytes: fetch would tidy up addresses and hosts. */
  function send({ method = 'GET', target = PATH, body, headers = {}, port }: Sent): Promise<Answer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { host: hostname, port: port ?? usualPort, method, path: target };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ ...options, headers: { ...length, ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          const parsed = text === '' ? {} : (JSON.parse(text) as Answer['body']);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      });
      request.on('error', reject).end(body);
    });
  }

  function asAdmin(method: string, target: string, body?: object): Promise<Answer> {
    const authorization = `Bearer ${admin}`;
    if (!body) return send({ method, target, headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json' };
    return send({ method, target, headers, body: JSON.stringify(body) });
  }

  async function makeSigner(
    required = true,
    algorithm: SignatureKey['algorithm'] = 'ed25519',
  ): Promise<Signer> {
    const key = await fixture.addKey({ roles: ['developer'], requireSignature: required });
    const asked = algorithm === 'ed25519' ? { publicKey: pemOf(PAIR.publicKey) } : {};
    const path = `/v1/keys/${idOf(key)}/signing-keys`;
    const { status, body } = await asAdmin('POST', path, { name: 'desk', algorithm, ...asked });
    if (status !== 201) throw new Error(`no signing key: ${JSON.stringify(body)}`);
    const signingKey =
      algorithm === 'ed25519' ? PAIR.privateKey : createSecretKey(body['secret'] ?? '', 'base64');
    return { key, signing: { id: String(body['id']), algorithm, key: signingKey } };
  }

  return { host, send, asAdmin, makeSigner, sign: signerFor(host) };
}
export type SignerFixture = Awaited<ReturnType<typeof signerFixture>>;

/**
 * Header fields of a signed request to one host; `change` is what the signature is made with, instead of what is
 * usual.
 */
function signerFor(host: string) {
  return (
    { key, signing }: Signer,
    { method = 'GET', target = PATH, authority = host, body, headers = {} }: Sent = {},
    change: Partial<Parameters<typeof signMessage>[1]> = {},
  ): Record<string, string> => {
    const digest: Record<string, string> =
      body === undefined ? {} : { 'content-digest': contentDigest(body), 'content-type': 'application/json' };
    const fields = { ...digest, ...headers };
    const components = ['@method', '@authority', '@path', '@query'];
    if (body !== undefined) components.push('content-digest');
    const parameters = { created: Math.floor(Date.now() / 1000), nonce: randomUUID(), ...change.parameters };
    const message = { method, scheme: 'http' as const, authority, target, fields };
    const signature = signMessage(message, { key: signing, components, ...change, parameters });
    return { authorization: `Bearer ${key}`, ...fields, ...signature };
  };
}

/** A signer that was not made over the API, so that any gateway on the database may meet it first. */
export async function insertSigner({ addKey, dataSource }: Fixture): Promise<Signer> {
  const key = await addKey({ roles: ['viewer'] });
  const id = 'a'.repeat(12);
  const publicKey = PAIR.publicKey.export({ type: 'spki', format: 'der' });
  const made = { name: 'test', createdBy: 'test', createdAt: new Date() };
  await dataSource
    .getRepository(RequestSigningKeyEntity)
    .insert({ ...made, id, apiKeyId: idOf(key), algorithm: 'ed25519', publicKey });
  return { key, signing: { id, algorithm: 'ed25519', key: PAIR.privateKey } };
}
