import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, hourlyWindow, type Candle } from '@btcforecast/timeseries';
import {
  blendBlocksOf,
  evaluateBlend,
  inputsBatch,
  trainBlend,
  type ModelInputs,
} from '@btcforecast/training';
import { OnnxModel } from '../models/onnx-model.js';

/** The two exponential functions may differ in the last bit; everything else is the same operations in one order. */
const TOLERANCE = 1e-12;
const HOURS = 6_000;
const START = Date.UTC(2021, 0, 4);

/** Candles without any randomness: a sum of waves with incommensurable periods. */
const candles = Array.from({ length: HOURS }, (_, i): Candle => {
  const wave = (k: number): number => Math.sin(k / 7.3) + Math.sin(k * k * 0.013) * (1 + Math.sin(k / 411));
  const [open, close] = [20_000 * Math.exp(0.01 * wave(i - 1)), 20_000 * Math.exp(0.01 * wave(i))];
  const range = 1 + 0.002 * (1 + Math.sin(i / 3.7));
  return {
    openTime: START + i * HOUR_MS,
    open,
    high: Math.max(open, close) * range,
    low: Math.min(open, close) / range,
    close,
    volume: 10 + 5 * Math.sin(i / 5.1),
  };
});
const history = hourlyWindow(candles, START + HOURS * HOUR_MS, HOURS);
const trained = trainBlend({
  history,
  to: history.end - 300 * HOUR_MS,
  name: 'har',
  version: 2,
  instrument: 'BTC-USD',
  codeVersion: '0.0.0',
});
const origins = Array.from({ length: 256 }, (_, i) => history.end - (256 - i) * HOUR_MS);
const inputs = inputsBatch(history, origins, trained.manifest);
let model: OnnxModel;

beforeAll(async () => {
  model = await OnnxModel.load(trained);
});
afterAll(() => model.release());

describe('the ONNX graph of a blend', () => {
  it('gives what the model in TypeScript gives, to 1e-12 of its volatility', async () => {
    const answers = await model.predict(inputs);
    for (const [i, { quantiles, sigma }] of answers.entries()) {
      const expected = evaluateBlend(trained.manifest.fit, blendBlocksOf(inputs[i]!.blocks));
      for (const [h, row] of quantiles.entries()) {
        const unit = expected.sigma[h]!;
        expect(Math.abs(sigma[h]! - unit)).toBeLessThanOrEqual(TOLERANCE * unit);
        for (const [l, value] of row.entries()) {
          expect(Math.abs(value - expected.quantiles[h]![l]!)).toBeLessThanOrEqual(TOLERANCE * unit);
        }
      }
    }
  });

  it('gives a row the same bits alone, in any batch and at any place of it', async () => {
    const bitsOf = async (rows: readonly ModelInputs[]): Promise<string[]> =>
      (await model.predict(rows)).map(({ quantiles, sigma }) =>
        [...quantiles.flatMap((row) => [...row]), ...sigma].join(),
      );
    const together = await bitsOf(inputs);
    for (const [i, row] of inputs.entries()) expect(await bitsOf([row])).toEqual([together[i]]);
    for (const size of [2, 3, 5, 17, 64, 255])
      expect(await bitsOf(inputs.slice(1, 1 + size))).toEqual(together.slice(1, 1 + size));
    const many = await bitsOf([...inputs, ...inputs, ...inputs, ...inputs, ...inputs, ...inputs]); // as for hindcasts
    expect(many.slice(5 * 256)).toEqual(together);
  });

  it('never crosses, whatever the features: the answer is put in order', async () => {
    const wild = inputs.map((row, i) => ({
      ...row,
      blocks: {
        ...row.blocks,
        features: row.blocks.features!.map((value, k) => value + 20 * Math.sin(7 * i + 3 * k)),
        reference_quantiles: row.blocks.reference_quantiles!.toReversed(),
      },
    }));
    for (const { quantiles } of await model.predict(wild)) {
      for (const row of quantiles) expect(row.toSorted()).toEqual(row);
    }
  });

  it('follows the hour of the day up to four hours and not beyond', async () => {
    const [row] = inputs;
    const at = (hour: number): ModelInputs => ({
      ...row!,
      blocks: { ...row!.blocks, hour_of_day: Float64Array.of(hour) },
    });
    const [midnight, noon] = await model.predict([at(0), at(12)]);
    expect([...midnight!.sigma].map((value, h) => value !== noon!.sigma[h])).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
