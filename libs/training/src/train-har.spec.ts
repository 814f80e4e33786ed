import { describe, expect, it } from '@jest/globals';
import {
  HOUR_MS,
  intervalCovers,
  InsufficientHistoryError,
  slotIndex,
  sliceWindow,
} from '@btcforecast/timeseries';
import { createHash } from 'node:crypto';
import { historyOf, marketCandles } from '../test/market.js';
import { dataDigest } from './data-digest.js';
import { evaluateHar } from './evaluate-har.js';
import { harInputs, harInputsBatch, stackHarInputs } from './har-inputs.js';
import { modelCard } from './model-card.js';
import { ModelManifest } from './model-manifest.js';
import { trainHar, type TrainingRequest } from './train-har.js';

const HOURS = 17_000;
const candles = marketCandles(HOURS, 1);
const history = historyOf(candles);
const to = history.end - 2_500 * HOUR_MS;
const request: TrainingRequest = {
  history,
  to,
  name: 'har',
  version: 3,
  instrument: 'BTC-USD',
  codeVersion: '0.0.0',
};
const model = trainHar(request);
const { manifest } = model;
const parameters = { ...manifest.fit };
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('trainHar', () => {
  it('gives the same bytes every time', () => {
    const again = trainHar(request);
    expect(again.manifest).toEqual(manifest);
    expect(hash(again.onnx)).toBe(hash(model.onnx));
  });

  it('sees nothing that closes after its end: not a candle, not an outcome', () => {
    const cut = historyOf(candles.filter(({ openTime }) => openTime < to));
    const tripled = historyOf(
      candles.map((candle) =>
        candle.openTime < to ? candle : { ...candle, high: candle.high * 3, close: candle.close * 3 },
      ),
    );
    for (const meddled of [cut, tripled]) {
      const other = trainHar({ ...request, history: meddled });
      expect(hash(other.onnx)).toBe(hash(model.onnx));
      expect(other.manifest).toEqual(manifest);
    }
  });

  it('changes when a candle that it saw changes', () => {
    const touched = candles.map((candle, i) =>
      i === 9_000 ? { ...candle, high: candle.high * 1.01 } : candle,
    );
    const other = trainHar({ ...request, history: historyOf(touched) });
    expect(other.manifest.data.sha256).not.toBe(manifest.data.sha256);
    expect(hash(other.onnx)).not.toBe(hash(model.onnx));
  });

  it('describes itself in a manifest that its schema accepts', () => {
    expect(ModelManifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
    expect(manifest.onnx).toEqual({ sha256: hash(model.onnx), bytes: model.onnx.length, opset: 17 });
    expect(manifest.trainingSpan.to).toBe(new Date(to).toISOString());
    expect(manifest.data).toEqual(dataDigest(sliceWindow(history, to, slotIndex(history, to))));
  });

  it('fits only origins whose outcomes were known at its end', () => {
    const { origins } = { origins: manifest.golden.map(({ origin }) => Date.parse(origin)) };
    expect(Math.max(...origins)).toBeLessThanOrEqual(to);
    const [oneHour, , , week] = manifest.fit.rows;
    expect(oneHour! - week!).toBe(167);
  });

  it('makes golden rows that its own parameters reproduce', () => {
    expect(manifest.golden.length).toBeGreaterThanOrEqual(3);
    for (const row of manifest.golden) {
      const inputs = harInputs(sliceWindow(history, Date.parse(row.origin), manifest.windowSlots), manifest);
      expect([...inputs.features]).toEqual(row.features);
      const { quantiles, sigma } = evaluateHar(parameters, inputs);
      expect(quantiles).toEqual(row.quantiles);
      expect(sigma).toEqual(row.sigma);
    }
  });

  it('forecasts quantiles that ascend and cover later outcomes as they say, within binomial bounds', () => {
    const origins = Array.from({ length: 2_400 }, (_, i) => to + (i + 1) * HOUR_MS);
    const inputs = harInputsBatch(history, origins, manifest);
    let covered = 0;
    for (const row of inputs) {
      const { quantiles } = evaluateHar(parameters, row);
      for (const levels of quantiles) expect([...levels].sort((a, b) => a - b)).toEqual(levels);
      const slot = slotIndex(history, row.origin);
      const outcome = Math.log(history.close[slot]! / history.close[slot - 1]!);
      covered += intervalCovers(outcome, quantiles[0]!, manifest.levels, 0.8) ? 1 : 0;
    }
    expect(Math.abs(covered / 2_400 - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 2_400));
  });

  it('says what it lacks: outcomes, candles, or an end within them', () => {
    expect(() => trainHar({ ...request, from: to - 1_000 * HOUR_MS })).toThrow(/training needs 2160/);
    expect(() => trainHar({ ...request, to: history.end + HOUR_MS })).toThrow(RangeError);
    expect(() => trainHar({ ...request, to: history.end - HOURS * HOUR_MS })).toThrow(
      InsufficientHistoryError,
    );
  });

  it('writes a model card from the manifest alone', () => {
    const card = modelCard(manifest);
    expect(card).toContain('# har 3');
    expect(card).toContain(manifest.data.sha256);
    for (const name of manifest.features) expect(card).toContain(`\`${name}\``);
    expect(card).not.toMatch(/undefined|NaN/);
  });
});

describe('harInputsBatch', () => {
  it('gives the bits of harInputs for each origin, early ones included', () => {
    const origins = [3_000, 9_000, 12_345, HOURS].map((slots) => history.end - (HOURS - slots) * HOUR_MS);
    for (const [i, batch] of harInputsBatch(history, origins, manifest).entries()) {
      expect(harInputs(sliceWindow(history, origins[i]!, manifest.windowSlots), manifest)).toEqual(batch);
    }
  });

  it('stacks rows end to end', () => {
    const inputs = harInputsBatch(history, [to, to + HOUR_MS], manifest);
    const { rows, features, seasonScale, referenceQuantiles } = stackHarInputs(inputs);
    expect([rows, features.length, seasonScale.length, referenceQuantiles.length]).toEqual([
      2,
      2 * manifest.features.length,
      8,
      56,
    ]);
    expect(features.subarray(manifest.features.length)).toEqual(inputs[1]!.features);
  });

  it('refuses a window of another length and features that it does not compute', () => {
    const window = sliceWindow(history, to, manifest.windowSlots - 1);
    expect(() => harInputs(window, manifest)).toThrow(RangeError);
    const foreign = { ...manifest, features: ['moon_phase', ...manifest.features.slice(1)] };
    expect(() => harInputsBatch(history, [to], foreign)).toThrow(/moon_phase/);
    expect(() =>
      harInputsBatch(history, [to], { ...manifest, features: manifest.features.toReversed() }),
    ).toThrow(/order/);
  });
});
