import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventTimeAt } from './market-clock.reader.js';
import type { MarketFeed } from './market-feed.reader.js';

const OBSERVED_AT = 1_780_000_000_000;
const row = (feed: string, speed: number): MarketFeed => ({
  feed,
  instrument: 'BTC-USD',
  source: 'demo',
  venue: 'sim',
  baseInterval: '1m',
  eventAt: 1_700_000_000_000,
  observedAt: OBSERVED_AT,
  speed,
});

describe('event time', () => {
  it.each(['live', 'demo'])('is not known to whoever is behind market-data: %s', (feed) => {
    fc.assert(
      fc.property(fc.integer({ min: 2_001, max: 86_400_000 }), (behindMs) => {
        expect(() => eventTimeAt(row(feed, 1), { feed, wallNowMs: OBSERVED_AT - behindMs })).toThrow(
          /clock of this service is \d+ s behind that of market-data/,
        );
      }),
    );
  });

  it.each(['live', 'demo'])('bears what two good clocks differ by: %s', (feed) => {
    const at = eventTimeAt(row(feed, 1), { feed, wallNowMs: OBSERVED_AT - 2_000 });
    expect(at).toBe(row(feed, 1).eventAt - 2_000);
  });

  it('runs on after the observation, as fast as the market', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 3_600 }), (ageMs, speed) => {
        const at = eventTimeAt(row('demo', speed), { feed: 'demo', wallNowMs: OBSERVED_AT + ageMs });
        expect(at).toBe(row('demo', speed).eventAt + ageMs * speed);
      }),
    );
  });

  it('is the wall clock of a live market that nobody has seen yet, and unknown of another', () => {
    expect(eventTimeAt(null, { feed: 'live', wallNowMs: 7 })).toBe(7);
    expect(() => eventTimeAt(null, { feed: 'demo', wallNowMs: 7 })).toThrow(
      'market-data has not observed it',
    );
  });
});
