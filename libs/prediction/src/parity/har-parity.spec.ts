import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, hourlyWindow, type Candle } from '@btcforecast/timeseries';
import {
  evaluateHar,
  goldenInputs,
  harInputsOf,
  inputsBatch,
  trainHar,
  type ModelInputs,
} from '@btcforecast/training';
import { repositoryRoot } from '@btcforecast/testing';
import { join } from 'node:path';
import { readModelFiles } from '../models/model-files.js';
import { OnnxModel } from '../models/onnx-model.js';

/** The two exponential functions may differ in the last bit; everything else is the same operations in one order. */
const TOLERANCE = 1e-12;
const HOURS = 9_000;
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
const trained = trainHar({
  history,
  to: history.end - 300 * HOUR_MS,
  name: 'har',
  version: 1,
  instrument: 'BTC-USD',
  codeVersion: '0.0.0',
});
const origins = Array.from({ length: 256 }, (_, i) => history.end - (256 - i) * HOUR_MS);
const inputs = inputsBatch(history, origins, trained.manifest);

describe('the ONNX graph', () => {
  it('gives what the model in TypeScript gives, to 1e-12 relative', async () => {
    const model = await OnnxModel.load(trained);
    const answers = await model.predict(inputs);
    for (const [i, { quantiles, sigma }] of answers.entries()) {
      const expected = evaluateHar(trained.manifest.fit, harInputsOf(inputs[i]!.blocks));
      expectClose(
        [...quantiles.flatMap((row) => [...row]), ...sigma],
        [...expected.quantiles.flat(), ...expected.sigma],
      );
    }
    await model.release();
  });

  it('gives a row the same bits alone, in any batch and at any place of it', async () => {
    const model = await OnnxModel.load(trained);
    const bitsOf = async (rows: readonly ModelInputs[]): Promise<string[]> =>
      (await model.predict(rows)).map(({ quantiles, sigma }) =>
        [...quantiles.flatMap((row) => [...row]), ...sigma].join(),
      );
    const together = await bitsOf(inputs);
    for (const [i, row] of inputs.entries()) expect(await bitsOf([row])).toEqual([together[i]]);
    for (const size of [2, 3, 5, 17, 64, 255])
      expect(await bitsOf(inputs.slice(1, 1 + size))).toEqual(together.slice(1, 1 + size));
    await model.release();
  });

  it('clips a feature from another world instead of following it', async () => {
    const model = await OnnxModel.load(trained);
    const { means, deviations } = trained.manifest.fit;
    const [row] = inputs;
    const at = (distance: number): ModelInputs => ({
      ...row!,
      blocks: {
        ...row!.blocks,
        features: Float64Array.from(means, (mean, i) => mean + distance * deviations[i]!),
      },
    });
    const [six, thousand] = await model.predict([at(6.001), at(1_000)]);
    expect([...thousand!.sigma]).toEqual([...six!.sigma]);
    await model.release();
  });
});

describe('the shipped model', () => {
  it('loads, reproduces its golden rows in onnxruntime and equals its parameters in TypeScript', async () => {
    const files = await readModelFiles(join(repositoryRoot, 'models'), { name: 'har', version: 1 });
    if (files.manifest.family !== 'har_abs_emp') throw new Error('har@1 is of another family');
    const model = await OnnxModel.load(files); // checks digest, tensors and golden rows
    for (const row of files.manifest.golden) {
      const golden = goldenInputs(row);
      const [answer] = await model.predict([golden]);
      const expected = evaluateHar(files.manifest.fit, harInputsOf(golden.blocks));
      expectClose([...answer!.quantiles.flatMap((levels) => [...levels])], expected.quantiles.flat());
      expectClose([...answer!.quantiles.flatMap((levels) => [...levels])], row.quantiles.flat());
      expectClose([...answer!.sigma], row.sigma);
    }
    await model.release();
  });
});

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(TOLERANCE * Math.abs(value) + 1e-300);
  }
}
