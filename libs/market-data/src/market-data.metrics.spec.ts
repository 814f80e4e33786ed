import { describe, expect, it, jest } from '@jest/globals';
import { Metrics } from '@btcforecast/platform';
import { MarketDataMetrics } from './market-data.metrics.js';

async function ageOf(metrics: Metrics): Promise<number> {
  const text = await metrics.registry.metrics();
  return Number(
    /^market_newest_candle_age_seconds\{interval="1m",instrument="BTC-USD"[^}]*\} (.*)$/m.exec(text)?.[1],
  );
}

describe('MarketDataMetrics', () => {
  it('lets the age of the newest candle grow, at the speed of the market, while nothing is heard of the venue', async () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const metrics = new Metrics({ service: 'market-data', region: 'solo' });
      const marketData = new MarketDataMetrics(metrics);
      marketData.noteAge('1m', 'BTC-USD', 30_000, 2);
      expect(await ageOf(metrics)).toBeCloseTo(30);
      jest.advanceTimersByTime(300_000);
      expect(await ageOf(metrics)).toBeCloseTo(630);
      new MarketDataMetrics(metrics).noteAge('1m', 'ETH-USD', 9_000, 1);
      marketData.noteAge('1m', 'BTC-USD', 5_000, 2);
      expect(await metrics.registry.metrics()).toMatch(/instrument="ETH-USD"[^}]*\} 9\b/);
      expect(await ageOf(metrics)).toBeCloseTo(5);
    } finally {
      jest.useRealTimers();
    }
  });
});
