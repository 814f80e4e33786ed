import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, InsufficientHistoryError, sliceWindow, WINDOW_SLOTS } from '@btcforecast/timeseries';
import { historyOf, marketCandles } from '../test/market.js';
import { goldenInputs } from './golden-rows.js';
import { inputsBatch } from './inputs/model-inputs.js';
import { modelCard } from './model-card.js';
import { BASELINE_FAMILIES, ModelManifest } from './model-manifest.js';
import { trainBaseline } from './train-baseline.js';

const candles = marketCandles(9_500, 2);
const history = historyOf(candles);
const to = history.end - 300 * HOUR_MS;
const request = { history, to, name: 'one', version: 2, instrument: 'ETH-USD', codeVersion: '0.0.0' };

describe.each(BASELINE_FAMILIES)('trainBaseline %s', (family) => {
  const model = trainBaseline(family, request);

  it('gives the same bytes every time, and a manifest that its schema accepts', () => {
    expect(trainBaseline(family, request)).toEqual(model);
    expect(ModelManifest.parse(JSON.parse(JSON.stringify(model.manifest)))).toEqual(model.manifest);
    expect(model.manifest).toMatchObject({ family, trainingSpan: { to: new Date(to).toISOString() } });
  });

  it('sees nothing that closes after its end', () => {
    const tripled = candles.map((candle) =>
      candle.openTime < to ? candle : { ...candle, high: candle.high * 3, close: candle.close * 3 },
    );
    expect(trainBaseline(family, { ...request, history: historyOf(tripled) })).toEqual(model);
  });

  it("asks for its golden rows what the candles say, and answers with the baseline's own quantiles", () => {
    const { golden } = model.manifest;
    expect(golden).toHaveLength(3);
    for (const row of golden) {
      const origin = Date.parse(row.origin);
      const window = sliceWindow(history, origin, WINDOW_SLOTS);
      expect(inputsBatch(window, [origin], model.manifest)).toEqual([goldenInputs(row)]);
      expect(row.quantiles.flat()).toEqual(Object.values(row.inputs)[0]);
      for (const [h, sigma] of row.sigma.entries()) {
        expect(sigma).toBeCloseTo((row.quantiles[h]![6]! - row.quantiles[h]![0]!) / 3.2897, 4);
      }
    }
  });

  it('writes a model card from the manifest alone', () => {
    const card = modelCard(model.manifest);
    expect(card).toContain('# one 2');
    expect(card).toContain('A baseline');
    expect(card).toContain(model.manifest.data.sha256);
    expect(card).not.toMatch(/undefined|NaN|coefficients/);
  });

  it('refuses a market that is too young', () => {
    const young = historyOf(candles.slice(0, 450));
    expect(() => trainBaseline(family, { ...request, history: young, to: young.end })).toThrow(
      InsufficientHistoryError,
    );
  });
});
