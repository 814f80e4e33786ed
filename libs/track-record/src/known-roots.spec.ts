import { describe, expect, it } from '@jest/globals';
import { sampleRecord } from '../test/sample-record.js';
import { compareRoots } from './known-roots.js';

describe('roots that were saved', () => {
  const { roots } = sampleRecord(5);

  it('agree with a record that has grown', () => {
    expect(compareRoots(roots.slice(0, 3), roots)).toBe(3);
    expect(compareRoots([], roots)).toBe(0);
  });

  it('show a record that was written anew, by its earliest hour', () => {
    const anew = sampleRecord(5).roots;
    expect(() => compareRoots(roots.slice(1).reverse(), anew)).toThrow(
      /root of 2026-01-01T01:00:00.000Z is not the one that you saved: entries \d+ to \d+ were rewritten/,
    );
  });

  it('show a record that was cut short', () => {
    expect(() => compareRoots(roots, roots.slice(0, 4))).toThrow(
      /root of 2026-01-01T04:00:00.000Z that you saved is not in the record any more/,
    );
  });
});
