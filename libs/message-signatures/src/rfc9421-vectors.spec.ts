import { constants, createPrivateKey, createPublicKey, createSecretKey, hash, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { SignatureKey } from './algorithms.js';
import { contentDigest } from './content-digest.js';
import type { MessageParts, RequestParts, ResponseParts } from './http-message.js';
import { signatureBase } from './signature-base.js';
import { presentedSignatures } from './signature-fields.js';
import { signMessage } from './sign-message.js';
import { verifySignature } from './verify-message.js';

// The messages, keys and signatures of RFC 9421, appendix B. Keys printed in a standard are no secrets.
const CREATED = 1_618_884_473;
const request: RequestParts = {
  method: 'POST',
  scheme: 'https',
  authority: 'example.com',
  target: '/foo?param=Value&Pet=dog',
  fields: {
    date: 'Tue, 20 Apr 2021 02:07:55 GMT',
    'content-type': 'application/json',
    'content-digest': contentDigest('{"hello": "world"}', 'sha-512'),
    'content-length': '18',
  },
};
const response: ResponseParts = {
  status: 200,
  fields: {
    date: 'Tue, 20 Apr 2021 02:07:56 GMT',
    'content-type': 'application/json',
    'content-digest': contentDigest('{"message": "good dog"}', 'sha-512'),
    'content-length': '23',
  },
};

const ED25519 = {
  private: createPrivateKey({
    key: Buffer.from('MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF', 'base64'),
    format: 'der',
    type: 'pkcs8',
  }),
  public: createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' },
    format: 'jwk',
  }),
};
const HMAC = createSecretKey(
  'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
  'base64',
);
const P256 = createPublicKey({
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
    y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
  },
  format: 'jwk',
});
const RSA_PSS = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`);

const pss = (bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify(
    'sha512',
    bytes,
    { key: RSA_PSS, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 },
    signature,
  );
const p256 = (bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify('sha256', bytes, { key: P256, dsaEncoding: 'ieee-p1363' }, signature);

const PSS_KEY = `;created=${CREATED};keyid="test-key-rsa-pss"`;
type Check = (bytes: Uint8Array, signature: Uint8Array) => boolean;

/** By algorithms that no key of ours has: what they show is that the signature base is right. */
const FOREIGN: [name: string, message: MessageParts, input: string, signature: string, isRight: Check][] = [
  [
    'B.2.1, minimal',
    request,
    `()${PSS_KEY};nonce="b3k2pp5k7z-50gnwp.yemd"`,
    'd2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==',
    pss,
  ],
  [
    'B.2.2, selective',
    request,
    `("@authority" "content-digest" "@query-param";name="Pet")${PSS_KEY};tag="header-example"`,
    'LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==',
    pss,
  ],
  [
    'B.2.3, full',
    request,
    `("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")${PSS_KEY}`,
    'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
    pss,
  ],
  [
    'B.2.4, a response',
    response,
    `("@status" "content-type" "content-digest" "content-length");created=${CREATED};keyid="test-key-ecc-p256"`,
    'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
    p256,
  ],
  [
    'B.3, behind a proxy',
    {
      ...request,
      authority: 'service.internal.example',
      fields: {
        'client-cert':
          ':MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:',
      },
    },
    `("@path" "@query" "@method" "@authority" "client-cert");created=${CREATED};keyid="test-key-ecc-p256"`,
    'xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==',
    p256,
  ],
];

/** By algorithms that keys of ours have, both of which always give the same bytes. */
const OWN: [name: string, input: string, signature: string, signing: SignatureKey, key: SignatureKey][] = [
  [
    'B.2.5, hmac-sha256',
    `("date" "@authority" "content-type");created=${CREATED};keyid="test-shared-secret"`,
    'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    { id: 'test-shared-secret', algorithm: 'hmac-sha256', key: HMAC },
    { id: 'test-shared-secret', algorithm: 'hmac-sha256', key: HMAC },
  ],
  [
    'B.2.6, ed25519',
    `("date" "@method" "@path" "@authority" "content-type" "content-length");created=${CREATED};keyid="test-key-ed25519"`,
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    { id: 'test-key-ed25519', algorithm: 'ed25519', key: ED25519.private },
    { id: 'test-key-ed25519', algorithm: 'ed25519', key: ED25519.public },
  ],
];

const policy = { components: [], nowSeconds: CREATED, maxAgeSeconds: 300, skewSeconds: 0 };

function present(input: string, signature: string) {
  const fields = { 'signature-input': `sig=${input}`, signature: `sig=:${signature}:` };
  const [presented] = presentedSignatures(fields);
  if (!presented) throw new Error('no signature');
  return presented;
}

describe('the signature bases of RFC 9421, appendix B', () => {
  it.each(FOREIGN)('are those that were signed in %s', (_name, message, input, signature, isRight) => {
    const presented = present(input, signature);
    const base = signatureBase(message, presented.input);
    expect(base.split('\n').at(-1)).toBe(`"@signature-params": ${input}`);
    expect(isRight(Buffer.from(base), presented.signature)).toBe(true);
    expect(isRight(Buffer.from(`${base}\n`), presented.signature)).toBe(false);
  });

  it('is the one printed in B.2.3, line by line', () => {
    const [, , input, signature] = FOREIGN[2] as (typeof FOREIGN)[number];
    expect(signatureBase(request, present(input, signature).input).split('\n').slice(0, -1)).toEqual([
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@query": ?param=Value&Pet=dog',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
      '"content-length": 18',
    ]);
  });
});

describe('the signatures of RFC 9421, appendix B', () => {
  it.each(OWN)('%s, are accepted', (_name, input, signature, _signing, key) => {
    verifySignature(request, present(input, signature), key, policy);
  });

  it.each(OWN)('%s, are what we make of the same message and key', (_name, input, signature, key) => {
    const { input: parsed } = present(input, signature);
    const made = signMessage(request, {
      key,
      components: parsed[0],
      label: 'sig',
      parameters: { created: CREATED, alg: undefined },
    });
    expect(made).toEqual({ 'signature-input': `sig=${input}`, signature: `sig=:${signature}:` });
  });

  it.each([
    ['uncovered fields and query', true, { target: '/demo?name1=Value1&Name2=value2&param=added' }, {}],
    ['one line of two values', true, {}, { accept: 'application/json, */*' }],
    ['two lines', true, {}, { accept: ['application/json', '*/*'] }],
    ['another method and authority', false, { method: 'POST', authority: 'example.com' }, {}],
    ['values in another order', false, {}, { accept: ['*/*', 'application/json'] }],
  ])('B.4: a message with %s, accepted: %s', (_what, accepted, parts, fields) => {
    const message: RequestParts = {
      method: 'GET',
      scheme: 'https',
      authority: 'example.org',
      target: '/demo?name1=Value1&Name2=value2',
      ...parts,
      fields: { accept: ['application/json', '*/*'], ...fields },
    };
    const presented = present(
      `("@method" "@path" "@authority" "accept");created=${CREATED};keyid="test-key-ed25519"`,
      'ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==',
    );
    const check = () => verifySignature(message, presented, (OWN[1] as (typeof OWN)[number])[4], policy);
    if (accepted) check();
    else expect(check).toThrow('does not fit');
  });
});

describe('the digests of RFC 9530, appendix B', () => {
  it.each([
    ['{"hello": "world"}\n', 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'],
    ['', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
    ['"world"}\n', 'sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:'],
    ['{"title": "New Title"}\n', 'sha-256=:mEkdbO7Srd9LIOegftO0aBX+VPTVz7/CSHes2Z27gc4=:'],
  ])('of %j are what we make', (body, digest) => {
    expect(contentDigest(body)).toBe(digest);
    expect(hash('sha256', body, 'base64')).toBe(digest.slice(9, -1));
  });
});
