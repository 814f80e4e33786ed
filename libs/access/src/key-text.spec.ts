import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createKeyText, parseKeyText } from './key-text.js';

describe('the text of a key', () => {
  it('reads back as the same id and the same digest, and never shows the secret in either', () => {
    for (let i = 0; i < 50; i += 1) {
      const { text, id, secretHash } = createKeyText();
      expect(text).toMatch(/^btcf_[0-9a-z]{12}_[A-Za-z0-9_-]{43}$/);
      expect(parseKeyText(text)).toEqual({ id, secretHash });
      expect(secretHash).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('differs each time', () => {
    const texts = Array.from({ length: 200 }, () => createKeyText().text);
    expect(new Set(texts).size).toBe(200);
  });

  it('changes its digest when any character of the secret changes', () => {
    const { text, secretHash } = createKeyText();
    fc.assert(
      fc.property(
        fc.integer({ min: 18, max: text.length - 1 }),
        fc.constantFrom(...'aZ09_-'),
        (at, character) => {
          fc.pre(text[at] !== character);
          const other = text.slice(0, at) + character + text.slice(at + 1);
          expect(parseKeyText(other)?.secretHash).not.toBe(secretHash);
        },
      ),
    );
  });

  it('is refused in any other form', () => {
    const { text } = createKeyText();
    const bad = [
      `${text} `,
      ` ${text}`,
      `${text}x`,
      text.slice(0, -1),
      text.toUpperCase(),
      text.replace('btcf_', ''),
      '',
    ];
    expect(bad.map(parseKeyText)).toEqual(bad.map(() => undefined));
    fc.assert(fc.property(fc.string(), (any) => expect(parseKeyText(any)).toBeUndefined()));
  });
});
