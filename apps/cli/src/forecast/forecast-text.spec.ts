import { describe, expect, it } from '@jest/globals';
import type { ForecastReply, Source } from '@btcforecast/contracts';
import { forecastText } from './forecast-text.js';

const reply = (changes: Partial<ForecastReply> = {}): ForecastReply => ({
  id: '0'.repeat(64),
  instrument: 'BTC-USD',
  horizon: '24h',
  origin: '2025-01-01T12:00:00.000Z',
  target: '2025-01-02T12:00:00.000Z',
  price: 95_000,
  quantiles: {
    '0.05': 91e3,
    '0.1': 92e3,
    '0.25': 94e3,
    '0.5': 95e3,
    '0.75': 96e3,
    '0.9': 97e3,
    '0.95': 98e3,
  },
  probabilityUp: 0.4963,
  volatility: 0.02,
  model: { name: 'har', version: 1 },
  venue: 'binance',
  source: 'live',
  issuedAt: '2025-01-01T12:00:02.000Z',
  timeliness: 'on_time',
  inSample: false,
  canonical: true,
  ...changes,
});

describe('forecasts for people', () => {
  it('name instrument, price, time, model and the numbers', () => {
    const text = forecastText([reply()]);
    expect(text).toContain('BTC-USD  95,000 USD at 2025-01-01 12:00 UTC');
    expect(text).toContain('har@1');
    expect(text).toMatch(/24h +2025-01-02 12:00 +91,000 +94,000 +95,000 +96,000 +98,000 +49\.6 %/);
    expect(text).not.toContain('remarks');
  });

  it.each<[Source, RegExp]>([
    ['live', /source +live \(live market\)/],
    ['replay', /source +replay \(REPLAY of past candles: this is not the present market\)/],
    ['demo', /source +demo \(DEMO: a synthetic market, none of this is real\)/],
  ])('say plainly that the source is %s', (source, words) => {
    expect(forecastText([reply({ source })])).toMatch(words);
  });

  it('remark what does not count as skill', () => {
    expect(forecastText([reply({ timeliness: 'late', inSample: true })])).toContain('late, in sample');
  });
});
