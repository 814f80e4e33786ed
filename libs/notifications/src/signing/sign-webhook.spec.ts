import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from './sign-webhook.js';
import { newWebhookKey, packKey, publicKeyText, secretText, unpackKey } from './webhook-key.js';

/** A receiver's check of v1a, from the text of the specification alone. */
function acceptsEd25519(headers: Record<string, string>, body: string, publicKey: string): boolean {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return headers['webhook-signature']!.split(' ').some((each) => {
    const [version, signature = ''] = each.split(',');
    return version === 'v1a' && verify(null, signed, key, Buffer.from(signature, 'base64'));
  });
}
const acceptsHmac = (headers: Record<string, string>, body: string, secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
};

describe('the reference vectors of Standard Webhooks', () => {
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  };

  it('come out: v1 of all its libraries, v1a of the one in Go', () => {
    const key = {
      hmac: Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'),
      seed: Buffer.from('VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=', 'base64'),
    };
    expect(webhookHeaders(message, [key])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature':
        'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ' +
        'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    });
  });
});

describe('a signed message', () => {
  const now = (): number => Math.floor(Date.now() / 1_000);
  const body = fc.string({ unit: 'grapheme' });

  it('is accepted by a foreign verifier of each kind, and by nobody after any change', () => {
    fc.assert(
      fc.property(body, fc.string({ minLength: 1 }), (text, more) => {
        const key = newWebhookKey();
        const timestamp = now();
        const headers = webhookHeaders({ id: 'evt_1', timestamp, body: text }, [key]);
        expect(acceptsHmac(headers, text, secretText(key))).toBe(true);
        expect(acceptsEd25519(headers, text, publicKeyText(key))).toBe(true);
        const changes: [Record<string, string>, string][] = [
          [headers, text + more],
          [{ ...headers, 'webhook-id': 'evt_2' }, text],
          [{ ...headers, 'webhook-timestamp': String(timestamp - 1) }, text],
        ];
        for (const [changed, changedText] of changes) {
          expect(acceptsHmac(changed, changedText, secretText(key))).toBe(false);
          expect(acceptsEd25519(changed, changedText, publicKeyText(key))).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is accepted by whoever holds the old key and by whoever holds the new one', () => {
    const [before, after, other] = [newWebhookKey(), newWebhookKey(), newWebhookKey()];
    const headers = webhookHeaders({ id: 'evt_1', timestamp: now(), body: '{}' }, [after, before]);
    const accepted = [before, after, other].map((key) => [
      acceptsHmac(headers, '{}', secretText(key)),
      acceptsEd25519(headers, '{}', publicKeyText(key)),
    ]);
    expect(accepted).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
  });
});

describe('a key', () => {
  it('reads back as it was, and is shown in the forms of the specification', () => {
    const key = newWebhookKey();
    expect(unpackKey(packKey(key))).toEqual(key);
    expect(secretText(key)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(publicKeyText(key)).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  });
});
