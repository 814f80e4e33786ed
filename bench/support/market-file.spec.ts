import { describe, expect, it } from '@jest/globals';
import { validateCandle } from '@btcforecast/timeseries';
import { candles, HOUR, MINUTE } from './market-file.mjs';

const FROM = Date.UTC(2025, 0, 1);

describe('a generated market', () => {
  it.each([MINUTE, HOUR])('has sound candles without gaps at %d ms', (intervalMs) => {
    const all = [...candles({ from: FROM, count: 500, intervalMs })];
    const nowMs = FROM + 500 * intervalMs;
    expect(all.map((candle) => validateCandle(candle, { intervalMs, nowMs }))).toEqual(all.map(() => null));
    expect(all.map(({ openTime }) => openTime)).toEqual(all.map((_, i) => FROM + i * intervalMs));
  });

  it('is the same every time', () => {
    const shape = { from: FROM, count: 50, intervalMs: HOUR };
    expect([...candles(shape)]).toEqual([...candles(shape)]);
  });
});
