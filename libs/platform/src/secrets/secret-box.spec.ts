import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { parseEnv } from '../config/load.env.js';
import { newSecretsKey, SecretBox } from './secret-box.js';
import { SecretsEnv } from './secrets.env.js';

const secret = Buffer.from('what is signed with');

describe('a sealed secret', () => {
  it('opens again, and never looks the same twice', () => {
    const box = new SecretBox(newSecretsKey());
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, about) => {
        const sealed = box.seal(bytes, about);
        expect(box.open(sealed, about)).toEqual(Buffer.from(bytes));
        expect(box.seal(bytes, about)).not.toEqual(sealed);
      }),
    );
  });

  it('does not open when any bit of it was changed', () => {
    const box = new SecretBox(newSecretsKey());
    const sealed = box.seal(secret, 'a');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(sealed);
        changed[at]! ^= flip;
        expect(() => box.open(changed, 'a')).toThrow(expect.objectContaining({ name: 'AppError' }));
      }),
    );
    expect(() => box.open(sealed.subarray(0, 20), 'a')).toThrow(/damaged/);
  });

  it('does not open in the place of another', () => {
    const box = new SecretBox(newSecretsKey());
    expect(() => box.open(box.seal(secret, 'endpoint 1'), 'endpoint 2')).toThrow(/wrong place/);
  });

  it('opens with an old key while that stands behind the new one, and says what to do without it', () => {
    const [before, after] = [newSecretsKey(), newSecretsKey()];
    const sealed = new SecretBox(before).seal(secret, 'a');
    const both = new SecretBox(`${after}\n${before}\n`);
    expect(both.open(sealed, 'a')).toEqual(secret);
    expect(new SecretBox(after).open(both.seal(secret, 'a'), 'a')).toEqual(secret);
    const lost = expect.objectContaining({
      kind: 'transient',
      message: expect.stringContaining('SECRETS_KEY_FILE'),
    });
    expect(() => new SecretBox(after).open(sealed, 'a')).toThrow(lost);
    expect(() => new SecretBox(undefined).seal(secret, 'a')).toThrow(lost);
  });
});

describe('SECRETS_KEY', () => {
  const read = (value: string) => parseEnv(z.object(SecretsEnv), { SECRETS_KEY: value }).SECRETS_KEY;

  it('takes one key or several lines of them', () => {
    const two = `${newSecretsKey()}\n${newSecretsKey()}`;
    expect(read(two)).toBe(two);
  });

  it('refuses what is no key without showing it', () => {
    const wrong = Buffer.alloc(31, 7).toString('base64');
    expect(() => read(wrong)).toThrow(/32 bytes in base64/);
    expect(() => read(wrong)).not.toThrow(new RegExp(wrong.replace(/[+/=]/g, '\\$&')));
  });
});
