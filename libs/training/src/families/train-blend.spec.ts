import { describe, expect, it } from '@jest/globals';
import {
  HOUR_MS,
  intervalCovers,
  InsufficientHistoryError,
  slotIndex,
  sliceWindow,
} from '@btcforecast/timeseries';
import { createHash } from 'node:crypto';
import { historyOf, marketCandles } from '../../test/market.js';
import { dataDigest } from '../data-digest.js';
import { MODEL_FAMILIES } from '../families.js';
import { goldenInputs } from '../golden-rows.js';
import { HAR_HORIZONS_HOURS } from '../har-parameters.js';
import { inputsBatch } from '../inputs/model-inputs.js';
import { modelCard } from '../model-card.js';
import { ModelManifest } from '../model-manifest.js';
import type { TrainingRequest } from '../training-request.js';
import { BLEND_DESIGN } from './blend-parameters.js';
import { blendBlocksOf, evaluateBlend } from './evaluate-blend.js';
import { trainBlend } from './train-blend.js';

const HOURS = 8_000;
const LATER = 1_500;
const candles = marketCandles(HOURS, 1);
const history = historyOf(candles);
const to = history.end - LATER * HOUR_MS;
const request: TrainingRequest = {
  history,
  to,
  name: 'har',
  version: 2,
  instrument: 'BTC-USD',
  codeVersion: '0.0.0',
};
const model = trainBlend(request);
const { manifest } = model;
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const other = { instrument: 'ETH-USD', history: historyOf(marketCandles(HOURS, 2)) };

describe('trainBlend', () => {
  it('gives the same bytes every time', () => {
    const again = trainBlend(request);
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
      const same = trainBlend({ ...request, history: meddled });
      expect(hash(same.onnx)).toBe(hash(model.onnx));
      expect(same.manifest).toEqual(manifest);
    }
  });

  it('does not know the scale of prices', () => {
    const times = 1 / 1_024; // a power of two: no rounding
    const cheap = candles.map(({ openTime, open, high, low, close, volume }) => ({
      openTime,
      open: open * times,
      high: high * times,
      low: low * times,
      close: close * times,
      volume: volume * 4,
    }));
    expect(hash(trainBlend({ ...request, history: historyOf(cheap) }).onnx)).toBe(hash(model.onnx));
  });

  it('describes itself in a manifest that its schema accepts', () => {
    expect(ModelManifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
    expect(manifest.onnx).toEqual({ sha256: hash(model.onnx), bytes: model.onnx.length, opset: 17 });
    expect(manifest.trainingSpan.to).toBe(new Date(to).toISOString());
    expect(manifest.data).toEqual(dataDigest(sliceWindow(history, to, slotIndex(history, to))));
    const [oneHour, , , week] = manifest.fit.rows;
    expect(oneHour! - week!).toBe(167); // outcomes that were not known at its end
  });

  it('has the design and the correction of its horizons', () => {
    expect(BLEND_DESIGN.map(({ hours }) => hours)).toEqual([...HAR_HORIZONS_HOURS]);
    expect(manifest.fit.horizons).toMatchObject(
      BLEND_DESIGN.map(({ hours, tiltWeight, driftShrink, referenceWeight }) => ({
        hours,
        tiltWeight,
        driftShrink,
        referenceWeight,
      })),
    );
    expect(manifest.correction!.weights).toEqual(
      BLEND_DESIGN.map(({ correctionWeight }) => correctionWeight),
    );
    for (const [h, { hourEffects }] of manifest.fit.horizons.entries()) {
      expect(hourEffects.some((effect) => effect !== 0)).toBe(BLEND_DESIGN[h]!.hasHourEffects);
    }
  });

  it('makes golden rows that its own parameters reproduce', () => {
    expect(manifest.golden.length).toBeGreaterThanOrEqual(3);
    for (const row of manifest.golden) {
      const origin = Date.parse(row.origin);
      expect(origin).toBeLessThanOrEqual(to);
      const [inputs] = inputsBatch(sliceWindow(history, origin, manifest.windowSlots), [origin], manifest);
      expect(goldenInputs(row)).toEqual(inputs);
      const { quantiles, sigma } = evaluateBlend(manifest.fit, blendBlocksOf(inputs!.blocks));
      expect({ quantiles, sigma }).toEqual({ quantiles: row.quantiles, sigma: row.sigma });
    }
  });

  it('forecasts quantiles that ascend and cover later outcomes as they say, within binomial bounds', () => {
    const origins = Array.from({ length: LATER - 100 }, (_, i) => to + (i + 1) * HOUR_MS);
    let covered = 0;
    for (const row of inputsBatch(history, origins, manifest)) {
      const { quantiles, sigma } = evaluateBlend(manifest.fit, blendBlocksOf(row.blocks));
      for (const levels of quantiles) expect([...levels].sort((a, b) => a - b)).toEqual(levels);
      expect(Math.min(...sigma)).toBeGreaterThan(0);
      const slot = slotIndex(history, row.origin);
      const outcome = Math.log(history.close[slot]! / history.close[slot - 1]!);
      covered += intervalCovers(outcome, quantiles[0]!, manifest.levels, 0.8) ? 1 : 0;
    }
    const bound = 4 * Math.sqrt((0.8 * 0.2) / origins.length);
    expect(Math.abs(covered / origins.length - 0.8)).toBeLessThan(bound);
  });

  it('fits several instruments together and says so', () => {
    const pooled = trainBlend({ ...request, others: [other] });
    expect(pooled.manifest.instruments).toEqual(['BTC-USD', 'ETH-USD']);
    expect(pooled.manifest.fit.rows).toEqual(manifest.fit.rows.map((rows) => 2 * rows));
    expect(pooled.manifest.data.candles).toBe(2 * manifest.data.candles);
    expect(hash(pooled.onnx)).not.toBe(hash(model.onnx));
    const turned = trainBlend({ ...request, ...other, others: [{ instrument: 'BTC-USD', history }] });
    expect(turned.manifest.data.sha256).not.toBe(pooled.manifest.data.sha256);
    for (const [h, { coefficients }] of turned.manifest.fit.horizons.entries()) {
      const same = pooled.manifest.fit.horizons[h]!.coefficients;
      for (const [i, value] of coefficients.entries()) expect(value).toBeCloseTo(same[i]!, 9);
    }
    expect(modelCard(pooled.manifest)).toContain('BTC-USD, ETH-USD; the digest is that of their digests');
  });

  it('sees nothing of another instrument after its end either', () => {
    const cut = sliceWindow(other.history, to, slotIndex(other.history, to));
    const [whole, half] = [other, { ...other, history: cut }].map((one) =>
      trainBlend({ ...request, others: [one] }),
    );
    expect(half).toEqual(whole);
  });

  it('says what it lacks: outcomes, candles, or an end within them', () => {
    expect(() => trainBlend({ ...request, from: to - 1_000 * HOUR_MS })).toThrow(/training needs 2160/);
    expect(() => trainBlend({ ...request, to: history.end + HOUR_MS })).toThrow(RangeError);
    expect(() => trainBlend({ ...request, to: history.end - HOURS * HOUR_MS })).toThrow(
      InsufficientHistoryError,
    );
    const pooling = { ...request, others: [other] };
    expect(() => MODEL_FAMILIES.har_abs_emp.train(pooling)).toThrow(/one instrument alone/);
  });

  it('writes a model card from the manifest alone', () => {
    const card = modelCard(manifest);
    expect(card).toContain('# har 2');
    expect(card).toContain(manifest.data.sha256);
    for (const name of manifest.features) expect(card).toContain(`\`${name}\``);
    expect(card).toContain('## Correction');
    expect(card).not.toMatch(/undefined|NaN/);
  });
});
