import { describe, expect, it } from '@jest/globals';
import { timelinessOf } from './timeliness.js';

const origin = Date.UTC(2025, 0, 1);
const after = (hours: number, ms = 0) => origin + hours * 3_600_000 + ms;

describe('timelinessOf', () => {
  it.each([
    ['at the origin', after(0), 'on_time'],
    ['just before the next candle closes', after(1, -1), 'on_time'],
    ['when the next candle closes', after(1), 'late'],
    ['just before the target', after(24, -1), 'late'],
    ['at the target', after(24), 'backfilled'],
    ['long after the target', after(1000), 'backfilled'],
  ])('a day ahead, issued %s', (_when, issuedAt, expected) => {
    expect(timelinessOf(issuedAt, origin, 24)).toBe(expected);
  });

  it('at one hour is never late: the next candle is the target', () => {
    expect(timelinessOf(after(1, -1), origin, 1)).toBe('on_time');
    expect(timelinessOf(after(1), origin, 1)).toBe('backfilled');
  });
});
