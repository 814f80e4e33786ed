import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { readCursor, writeCursor } from './cursor.js';

const Place = z.tuple([z.string(), z.number().int()]);
const refused = expect.objectContaining({ kind: 'caller', code: 'request.cursor_invalid' });

describe('a cursor', () => {
  it('gives back what was written, and fits into an address as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), (text, number) => {
        const values: [string, number] = [text.toWellFormed(), Object.is(number, -0) ? 0 : number];
        const cursor = writeCursor('things', values);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(readCursor('things', Place, cursor)).toEqual(values);
      }),
    );
  });

  it('of another list is refused, and so is one with other values', () => {
    expect(() => readCursor('things', Place, writeCursor('others', ['a', 1]))).toThrow(refused);
    expect(() => readCursor('things', Place, writeCursor('things', ['a', 1.5]))).toThrow(refused);
    expect(() => readCursor('things', Place, writeCursor('things', ['a']))).toThrow(refused);
  });

  it('that this code has not written is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(btoaUrl)), (text) => {
        expect(() => readCursor('things', Place, text)).toThrow(refused);
      }),
    );
    const padded = `${writeCursor('things', ['a', 1])}=`;
    expect(() => readCursor('things', Place, padded)).toThrow(refused);
  });
});

function btoaUrl(text: string): string {
  return Buffer.from(text).toString('base64url');
}
