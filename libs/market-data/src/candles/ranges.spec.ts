import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinRanges, subtractRanges, type Range } from './ranges.js';

/** Ascending ranges that do not touch, over 0 to 60. */
const ranges = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 })
  .map((points) => points.sort((a, b) => a - b))
  .map((points) =>
    Array.from({ length: Math.floor(points.length / 2) }, (_r, i) => ({
      from: points[2 * i]!,
      to: points[2 * i + 1]!,
    })),
  );
const covered = (list: readonly Range[]) =>
  Array.from({ length: 60 }, (_p, point) => list.some(({ from, to }) => point >= from && point < to));

describe('subtractRanges', () => {
  it('leaves exactly the points that lie in none of the others', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const [a, b, difference] = [covered(left), covered(right), covered(subtractRanges(left, right))];
        expect(difference).toEqual(a.map((inside, point) => inside && !b[point]));
      }),
    );
  });
});

describe('joinRanges', () => {
  it('loses no point, adds only holes of at most the given width, and leaves none of those', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 0, max: 20 }), (list, within) => {
        const joined = joinRanges(list, within);
        for (const { from, to } of list) expect(joined.some((j) => j.from <= from && j.to >= to)).toBe(true);
        for (let i = 1; i < joined.length; i++)
          expect(joined[i]!.from - joined[i - 1]!.to).toBeGreaterThan(within);
        expect(joined.at(0)?.from).toBe(list.at(0)?.from);
        expect(joined.at(-1)?.to).toBe(list.at(-1)?.to);
      }),
    );
  });
});
