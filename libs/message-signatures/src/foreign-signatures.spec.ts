import { createSecretKey, generateKeyPairSync, randomBytes, webcrypto as crypto } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as sig from 'http-message-sig';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import type { SignatureKey } from './algorithms.js';
import { contentDigest } from './content-digest.js';
import type { RequestParts, ResponseParts } from './http-message.js';
import { presentedSignatures } from './signature-fields.js';
import { signMessage } from './sign-message.js';
import { verifySignature } from './verify-message.js';

// Two independent implementations of RFC 9421 read what we sign, and we read what they sign.
const created = Math.floor(Date.now() / 1000);
const pair = generateKeyPairSync('ed25519');
const secret = randomBytes(32);
const own = {
  ed25519: {
    signing: { id: 'k1', algorithm: 'ed25519', key: pair.privateKey },
    key: { id: 'k1', algorithm: 'ed25519', key: pair.publicKey },
    pem: {
      private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      public: pair.publicKey.export({ type: 'spki', format: 'pem' }),
    },
  },
  'hmac-sha256': {
    signing: { id: 'k1', algorithm: 'hmac-sha256', key: createSecretKey(secret) },
    key: { id: 'k1', algorithm: 'hmac-sha256', key: createSecretKey(secret) },
    pem: { private: secret, public: secret },
  },
} as const satisfies Record<string, { signing: SignatureKey; key: SignatureKey; pem: object }>;
type Algorithm = keyof typeof own;
const ALGORITHMS = Object.keys(own) as Algorithm[];

const components = ['@method', '@authority', '@path', '@query', 'content-digest'];
const policy = { components, nowSeconds: created, maxAgeSeconds: 300, skewSeconds: 5 };
const digest = contentDigest('{"a":1}');
const request: RequestParts = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.example',
  target: '/v1/backtests?dry=1&x=a%20b',
  fields: { 'content-digest': digest },
};
const url = 'https://api.example/v1/backtests?dry=1&x=a%20b';
const descriptor = {
  kind: 'request',
  method: 'POST',
  targetUri: url,
  fields: [{ name: 'Content-Digest', value: digest }],
} as const;

const check = (fields: { 'signature-input': string; signature: string }, key: SignatureKey): void => {
  const message = { ...request, fields: { ...request.fields, ...fields } };
  const [presented] = presentedSignatures(message.fields);
  verifySignature(message, presented as NonNullable<typeof presented>, key, policy);
};

describe('the package http-message-sig', () => {
  const verifier = async () =>
    sig.webcrypto.verifier(
      await crypto.subtle.importKey(
        'spki',
        pair.publicKey.export({ type: 'spki', format: 'der' }),
        'Ed25519',
        false,
        ['verify'],
      ),
    );

  it('accepts our requests', async () => {
    const fields = signMessage(request, {
      key: own.ed25519.signing,
      components,
      parameters: { created, nonce: 'n-1' },
    });
    const verified = await sig.verifySignature(
      {
        ...descriptor,
        fields: [
          ...descriptor.fields,
          { name: 'Signature-Input', value: fields['signature-input'] },
          { name: 'Signature', value: fields.signature },
        ],
      },
      {
        policy: { algorithms: ['ed25519'], requiredComponents: components, requiredParameters: ['nonce'] },
        resolveVerifier: verifier,
      },
    );
    expect(verified.parameters).toEqual({ created, nonce: 'n-1', alg: 'ed25519', keyid: 'k1' });
  });

  it('accepts our responses, tied to their request', async () => {
    const response: ResponseParts = { status: 201, fields: { 'content-digest': digest }, request };
    const covered = ['@status', 'content-digest', '"@method";req', '"@path";req', '"content-digest";req'];
    const fields = signMessage(response, {
      key: own.ed25519.signing,
      components: covered,
      parameters: { created },
    });
    const message = (related: typeof descriptor) => ({
      kind: 'response' as const,
      status: 201,
      request: related,
      fields: [
        { name: 'content-digest', value: digest },
        { name: 'signature-input', value: fields['signature-input'] },
        { name: 'signature', value: fields.signature },
      ],
    });
    const options = {
      policy: {
        algorithms: ['ed25519'],
        requiredComponents: ['@status', sig.component('@path', { req: true })],
        requiredParameters: ['created'],
      },
      resolveVerifier: verifier,
    };
    await sig.verifySignature(message(descriptor), options);
    const other = {
      ...descriptor,
      targetUri: 'https://api.example/v1/models',
    } as unknown as typeof descriptor;
    await expect(sig.verifySignature(message(other), options)).rejects.toThrow('verification failed');
  });

  it('signs what we accept', async () => {
    const privateKey = await crypto.subtle.importKey(
      'pkcs8',
      pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
      'Ed25519',
      false,
      ['sign'],
    );
    const made = await sig.createSignature(descriptor, {
      components,
      parameters: { created, keyid: 'k1', nonce: 'n', alg: 'ed25519' },
      signer: sig.webcrypto.signer(privateKey),
    });
    check({ 'signature-input': made.signatureInput, signature: made.signature }, own.ed25519.key);
  });
});

describe('the package http-message-signatures', () => {
  it.each(ALGORITHMS)('accepts our requests signed with %s', async (algorithm) => {
    const fields = signMessage(request, {
      key: own[algorithm].signing,
      components,
      parameters: { created, nonce: 'n-1' },
    });
    const message = { method: 'POST', url, headers: { 'content-digest': digest, ...fields } };
    const verify = createVerifier(own[algorithm].pem.public, algorithm);
    const accepted = await httpbis.verifyMessage(
      {
        keyLookup: () => Promise.resolve({ id: 'k1', algs: [algorithm], verify }),
        requiredFields: components,
      },
      message,
    );
    expect(accepted).toBe(true);
  });

  it.each(ALGORITHMS)('signs with %s what we accept', async (algorithm) => {
    const { headers }: { headers: Record<string, unknown> } = await httpbis.signMessage(
      {
        key: createSigner(own[algorithm].pem.private, algorithm, 'k1'),
        fields: components,
        params: ['created', 'keyid', 'alg', 'nonce'],
        paramValues: { nonce: 'n' },
      },
      { method: 'POST', url, headers: { 'content-digest': digest } },
    );
    check(
      { 'signature-input': String(headers['Signature-Input']), signature: String(headers['Signature']) },
      own[algorithm].key,
    );
  });
});
