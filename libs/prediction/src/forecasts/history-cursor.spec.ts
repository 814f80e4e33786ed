import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { decodeHistoryCursor, encodeHistoryCursor } from './history-cursor.js';

describe('history cursor', () => {
  it('comes back as it went out, for any origin', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) / HOUR_MS }), (hour) => {
        const originAt = hour * HOUR_MS;
        expect(decodeHistoryCursor(encodeHistoryCursor(originAt))).toBe(originAt);
      }),
    );
  });

  it.each([
    '',
    'xx',
    'abc',
    '-1',
    '01',
    '1.5',
    'NaN',
    'zzzzzzzzzzzz',
    "1' OR '1'='1",
    '../..',
    'A',
    ' 1',
    '1\n',
    '𝟙',
  ])('refuses %j as the caller’s mistake', (cursor) => {
    expect(() => decodeHistoryCursor(cursor)).toThrow(
      expect.objectContaining({ kind: 'caller', code: 'request.cursor_invalid' }),
    );
  });

  it('answers any text with an origin that a date can hold, or refuses it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z]{1,12}$/)), (text) => {
        let originAt: number;
        try {
          originAt = decodeHistoryCursor(text);
        } catch (error) {
          return (error as { code?: string }).code === 'request.cursor_invalid';
        }
        return Number.isFinite(new Date(originAt).getTime()) && encodeHistoryCursor(originAt) === text;
      }),
    );
  });
});
