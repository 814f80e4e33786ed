import { describe, expect, it } from '@jest/globals';
import type { LatestForecastReply, Source } from '@btcforecast/contracts';
import { forecastText } from './forecast-text.js';

const reply = (changes: Partial<LatestForecastReply> = {}): LatestForecastReply => ({
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
  standing: {
    grade: 'no_proven_skill',
    reason: '0.12 below garch_t over 300 forecasts, at most 0.4 above',
    asOf: '2025-01-01T12:00:02.000Z',
    coverage: { n: 300, '50': 0.5, '80': 0.8, '90': 0.9 },
    skill: { n: 300, baseline: 'garch_t', difference: -0.12, low: -0.6, high: 0.4 },
  },
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

  it('say what each horizon is worth, and why', () => {
    const { standing } = reply();
    const cold = { ...standing, grade: 'cold_start' as const, reason: '3 of 100 outcomes' };
    const text = forecastText([reply(), reply({ horizon: '168h', standing: cold })]);
    expect(text).toMatch(/^24h +no proven skill +0\.12 below garch_t over 300 forecasts/m);
    expect(text).toMatch(/^168h +not known yet +3 of 100 outcomes$/m);
  });

  it('remark what does not count as skill', () => {
    expect(forecastText([reply({ timeliness: 'late', inSample: true })])).toContain('late, in sample');
  });
});
