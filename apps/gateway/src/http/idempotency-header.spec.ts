import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serializeItem } from 'structured-headers';
import { parseIdempotencyKey } from './idempotency-header.js';

const refused = expect.objectContaining({ kind: 'caller', code: 'idempotency.key_invalid' });

describe('the header Idempotency-Key', () => {
  it('takes any string that RFC 9651 can write, up to 255 characters', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(
      fc.property(printable, (key) => {
        expect(parseIdempotencyKey(serializeItem([key, new Map()]))).toBe(key);
      }),
    );
  });

  it.each([
    ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['"a";v=1', 'a'],
    ['12', '12'],
    ['a'.repeat(255), 'a'.repeat(255)],
  ])('%s is %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    '',
    '""',
    '"a',
    'a b',
    '"a", "b"',
    'a, b',
    '"ä"',
    '"a\u0001"',
    '"a" x',
    ':YQ==:',
    '?1',
    `"${'a'.repeat(256)}"`,
    'a'.repeat(256),
  ])('%j is refused', (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(refused);
  });

  it('is refused when it comes twice, and any text is taken or refused', () => {
    expect(() => parseIdempotencyKey(['"a"', '"b"'])).toThrow(refused);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          return parseIdempotencyKey(text).length <= 255;
        } catch (error) {
          return (error as { code?: string }).code === 'idempotency.key_invalid';
        }
      }),
    );
  });
});
