import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Pressure } from './pressure.js';

const looks = (pressure: Pressure, delayMs: number, times: number): number[] =>
  Array.from({ length: times }, () => {
    pressure.look(delayMs);
    return pressure.level;
  });

describe('pressure', () => {
  it('rises at once with the delay, and falls step by step, each after a second of calm', () => {
    const pressure = new Pressure(100);
    expect(looks(pressure, 99, 1)).toEqual([0]);
    expect(looks(pressure, 2_000, 1)).toEqual([3]);
    expect(looks(pressure, 0, 30)).toEqual([
      ...Array<number>(9).fill(3),
      ...Array<number>(10).fill(2),
      ...Array<number>(10).fill(1),
      0,
    ]);
  });

  it('does not swing with a delay that goes to and fro around where it began', () => {
    const delays = fc.array(fc.integer({ min: 51, max: 499 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(delays, (list) => {
        const pressure = new Pressure(100);
        pressure.look(100);
        for (const delayMs of list) {
          pressure.look(delayMs);
          expect(pressure.level).toBe(1);
        }
      }),
    );
  });
});
