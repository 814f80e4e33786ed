import { describe, expect, it } from '@jest/globals';
import { candle } from '@btcforecast/testing';
import fc from 'fast-check';
import { FinalCandles } from './final-candles.js';

const at = (openTime: number, close: number) => candle({ openTime, close });

describe('FinalCandles', () => {
  it('gives a candle once a later one has begun, with the last values that were heard of it', () => {
    const final = new FinalCandles();
    expect(final.take([at(1, 100), at(1, 101)])).toEqual([]);
    expect(final.take([at(1, 102)])).toEqual([]);
    expect(final.take([at(2, 200)])).toEqual([at(1, 102)]);
  });

  it('gives several at once when messages come in a bundle', () => {
    expect(new FinalCandles().take([at(1, 1), at(2, 2), at(3, 3)])).toEqual([at(1, 1), at(2, 2)]);
  });

  it('never gives a candle twice, whatever comes late, twice or in disorder, and never the newest', () => {
    const messages = fc.array(
      fc.record({ openTime: fc.integer({ min: 1, max: 9 }), close: fc.integer({ min: 1, max: 99 }) }),
    );
    fc.assert(
      fc.property(fc.array(messages), (bundles) => {
        const final = new FinalCandles();
        const given = bundles.flatMap((bundle) => final.take(bundle.map((m) => at(m.openTime, m.close))));
        const times = given.map(({ openTime }) => openTime);
        expect(new Set(times).size).toBe(times.length);
        const newest = Math.max(...bundles.flat().map(({ openTime }) => openTime));
        expect(times).not.toContain(newest);
      }),
    );
  });

  it('takes a late message about a candle that was given already for what it is: none of its business', () => {
    const final = new FinalCandles();
    final.take([at(1, 1), at(2, 2)]);
    expect(final.take([at(1, 99)])).toEqual([]);
    expect(final.take([at(3, 3)])).toEqual([at(2, 2)]);
  });
});
