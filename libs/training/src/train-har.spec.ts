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
import { evaluateHar, harInputsOf } from './evaluate-har.js';
import { goldenInputs } from './golden-rows.js';
import { inputsBatch } from './inputs/model-inputs.js';
import { modelCard } from './model-card.js';
import { ModelManifest } from './model-manifest.js';
import { trainHar } from './train-har.js';
import type { TrainingRequest } from './training-request.js';

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
      const origin = Date.parse(row.origin);
      const [inputs] = inputsBatch(sliceWindow(history, origin, manifest.windowSlots), [origin], manifest);
      expect(goldenInputs(row)).toEqual(inputs);
      const { quantiles, sigma } = evaluateHar(parameters, harInputsOf(inputs!.blocks));
      expect(quantiles).toEqual(row.quantiles);
      expect(sigma).toEqual(row.sigma);
    }
  });

  it('forecasts quantiles that ascend and cover later outcomes as they say, within binomial bounds', () => {
    const origins = Array.from({ length: 2_400 }, (_, i) => to + (i + 1) * HOUR_MS);
    const inputs = inputsBatch(history, origins, manifest);
    let covered = 0;
    for (const row of inputs) {
      const { quantiles } = evaluateHar(parameters, harInputsOf(row.blocks));
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
