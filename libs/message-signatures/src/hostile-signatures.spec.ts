import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SignatureKey } from './algorithms.js';
import { contentDigest, ContentDigestCheck } from './content-digest.js';
import type { RequestParts } from './http-message.js';
import { presentedSignatures } from './signature-fields.js';
import { SignatureError } from './signature.error.js';
import { signMessage } from './sign-message.js';
import { verifySignature } from './verify-message.js';

const NOW = 1_800_000_000;
const pair = generateKeyPairSync('ed25519');
const signing: SignatureKey = { id: 'k1', algorithm: 'ed25519', key: pair.privateKey };
const key: SignatureKey = { id: 'k1', algorithm: 'ed25519', key: pair.publicKey };
const components = ['@method', '@authority', '@path', '@query', 'content-digest'];
const policy = { components, nowSeconds: NOW, maxAgeSeconds: 300, skewSeconds: 30 };
const request: RequestParts = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.example:8443',
  target: '/v1/backtests?dry=1',
  fields: { 'content-digest': contentDigest('{}') },
};

function signed(
  parameters: Parameters<typeof signMessage>[1]['parameters'] = { created: NOW, nonce: 'n' },
  covered = components,
): RequestParts {
  const fields = signMessage(request, { key: signing, components: covered, parameters });
  return { ...request, fields: { ...request.fields, ...fields } };
}

function check(message: RequestParts, by = key): void {
  const presented = presentedSignatures(message.fields);
  if (presented.length === 0) throw new SignatureError('none');
  for (const each of presented) verifySignature(message, each, by, policy);
}

const withFields = (fields: Record<string, string>): RequestParts => {
  const message = signed();
  return { ...message, fields: { ...message.fields, ...fields } };
};

describe('a signature', () => {
  it('counts for the message that was signed', () => {
    check(signed());
    check({ ...signed(), authority: 'API.EXAMPLE:8443' });
  });

  it.each<[string, Partial<RequestParts>]>([
    ['method', { method: 'PUT' }],
    ['case of the method', { method: 'post' }],
    ['authority', { authority: 'api.example' }],
    ['path', { target: '/v1/backtests/?dry=1' }],
    ['spelling of the path', { target: '/v1/%62acktests?dry=1' }],
    ['query', { target: '/v1/backtests?dry=0' }],
    ['order of the query', { target: '/v1/backtests?&dry=1' }],
    ['presence of a query', { target: '/v1/backtests' }],
    ['target, to one with a host in it', { target: 'https://api.example:8443/v1/backtests?dry=1' }],
  ])('does not count after a change of the %s', (_what, change) => {
    expect(() => check({ ...signed(), ...change })).toThrow(SignatureError);
  });

  it('does not count for another digest of the body, nor for one that was taken away', () => {
    expect(() => check(withFields({ 'content-digest': contentDigest('[]') }))).toThrow('does not fit');
    const { 'content-digest': _, ...rest } = signed().fields;
    expect(() => check({ ...signed(), fields: rest })).toThrow('no field "content-digest"');
  });

  it('counts from its creation for five minutes, give or take the skew', () => {
    for (const created of [NOW + 30, NOW, NOW - 330]) check(signed({ created }));
    expect(() => check(signed({ created: NOW + 31 }))).toThrow('future');
    expect(() => check(signed({ created: NOW - 331 }))).toThrow('more than 300 seconds ago');
    expect(() => check(signed({ created: NOW - 100, expires: NOW - 31 }))).toThrow('expired');
    expect(() => check(signed({}))).toThrow('created is missing');
  });

  it.each(components)('does not count without %s among what it covers', (missing) => {
    const message = signed(
      undefined,
      components.filter((each) => each !== missing),
    );
    expect(() => check(message)).toThrow(`not covered, but must be: ${missing}`);
  });

  it('is not made better by a component that only looks like a needed one', () => {
    const input = String(signed().fields['signature-input']);
    for (const fake of ['"@method";req', '"@method";x=1', '"@Method"', '@method', '("@method")']) {
      const message = withFields({ 'signature-input': input.replace('"@method"', fake) });
      expect(() => check(message)).toThrow(SignatureError);
    }
  });

  it('covers nothing twice', () => {
    const input = String(signed().fields['signature-input']);
    const twice = input.replace('"@method"', '"@method" "@method"');
    expect(() => check(withFields({ 'signature-input': twice }))).toThrow('covered twice');
  });

  it('cannot choose its algorithm', () => {
    const secret = createSecretKey(pair.publicKey.export({ type: 'spki', format: 'der' }));
    const forged = signMessage(request, {
      key: { id: 'k1', algorithm: 'hmac-sha256', key: secret },
      components,
      parameters: { created: NOW },
    });
    const message = withFields({ ...forged });
    expect(() => check(message)).toThrow('alg must be "ed25519"');
    const silent = forged['signature-input'].replace(';alg="hmac-sha256"', '');
    expect(() => check(withFields({ ...forged, 'signature-input': silent }))).toThrow('does not fit');
  });

  it('is written in base64, not in its form for addresses', () => {
    let text = '';
    do text = String(signed({ created: NOW, nonce: randomBytes(8).toString('hex') }).fields['signature']);
    while (!/[+/]/.test(text));
    const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_');
    expect(() => check(withFields({ signature: urlSafe }))).toThrow('cannot be read');
  });

  it('is taken together with its own input only', () => {
    const { signature } = signed().fields;
    expect(() => check(withFields({ signature: String(signature).replace('sig1', 'sig2') }))).toThrow(
      'of the same label',
    );
    expect(() => check(withFields({ 'signature-input': 'sig1=?1' }))).toThrow('no list of components');
    const crowd = Array.from({ length: 6 }, (_, i) => `s${i}=()`).join(', ');
    expect(() => check(withFields({ 'signature-input': crowd }))).toThrow('more than 5');
  });

  it.each(['created="1"', 'created=1.5', 'nonce=1', 'keyid=?1', 'expires=@1'])(
    'whose parameter is of a wrong kind is refused: %s',
    (parameter) => {
      expect(() => check(withFields({ 'signature-input': `sig1=();${parameter}` }))).toThrow('must be');
    },
  );

  it('never covers a value that would be more than one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r', '\0', 'é'), (text, bad) => {
        const message = { ...request, fields: { note: `a${text}${bad}a` } };
        expect(() =>
          signMessage(message, { key: signing, components: ['note'], parameters: { created: NOW } }),
        ).toThrow('cannot be signed');
      }),
    );
  });

  it('or whatever else stands in its fields: nothing but a SignatureError comes of it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'sig1=',
        '(',
        ')',
        '"@method"',
        ';req',
        ';key="a"',
        ':YQ==:',
        ',',
        '"',
        '__proto__',
        '@1',
      ),
      fc.string(),
    );
    const text = fc.array(piece).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (input, signature) => {
        expect(() => check(withFields({ 'signature-input': input, signature }))).toThrow(SignatureError);
      }),
    );
  });
});

describe('a Content-Digest', () => {
  const fits = (field: string, ...chunks: string[]): void => {
    const digest = new ContentDigestCheck(field);
    for (const chunk of chunks) digest.update(Buffer.from(chunk));
    digest.end();
  };

  it('fits the body it was made of, however that arrives, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.constantFrom('sha-256', 'sha-512'), (chunks, algorithm) => {
        const field = contentDigest(chunks.join(''), algorithm);
        fits(field, ...chunks);
        expect(() => fits(field, ...chunks, 'x')).toThrow('not the one');
      }),
    );
  });

  it('of several must fit with each that is known, and one must be', () => {
    const right = contentDigest('a');
    fits(`md5=:AAAA:, ${right}`, 'a');
    fits(`${right}, ${contentDigest('a', 'sha-512')}`, 'a');
    expect(() => fits(`${right}, ${contentDigest('b', 'sha-512')}`, 'a')).toThrow('not the one');
    for (const none of ['', 'md5=:AAAA:', 'constructor=:AAAA:']) {
      expect(() => fits(none, 'a')).toThrow('sha-256 or sha-512');
    }
    for (const bad of ['sha-256=abc', 'sha-256="abc"', 'sha-256=:a-_b:', '=']) {
      expect(() => fits(bad, 'a')).toThrow(SignatureError);
    }
  });
});
