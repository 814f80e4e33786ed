import { describe, expect, it } from '@jest/globals';
import {
  FEATURE_NAMES,
  HOUR_MS,
  InsufficientHistoryError,
  sliceWindow,
  WINDOW_SLOTS,
} from '@btcforecast/timeseries';
import { historyOf, marketCandles } from '../../test/market.js';
import type { InputsSpec } from './input-block.js';
import { INPUT_BLOCKS, inputTensors } from './input-blocks.js';
import { givenFor, inputsAt, inputsBatch, inputsSeries, stackBlock } from './model-inputs.js';

const HOURS = WINDOW_SLOTS + 300;
const candles = marketCandles(HOURS, 5);
const history = historyOf(candles);
const SIZES = { features: FEATURE_NAMES, horizonsHours: [1, 4, 24, 168], levels: [0.05, 0.5, 0.95] };
const specOf = (...names: string[]): InputsSpec => ({
  ...SIZES,
  windowSlots: WINDOW_SLOTS,
  inputs: inputTensors(names, SIZES),
});
const every = specOf(...Object.keys(INPUT_BLOCKS));
const origins = [290, 3, 120, 0].map((back) => history.end - back * HOUR_MS);

describe('the inputs of a model', () => {
  it('are what its inputs name, finite, in the shape that its manifest states', () => {
    const { blocks } = inputsAt(inputsSeries(history, every), history.end);
    expect(Object.keys(blocks)).toEqual(every.inputs.map(({ name }) => name));
    for (const { name, shape } of every.inputs) {
      const size = shape.slice(1).reduce<number>((product, length) => product * Number(length), 1);
      expect({ name, size: blocks[name]!.length }).toEqual({ name, size });
      expect(blocks[name]!.every(Number.isFinite)).toBe(true);
    }
    expect(Object.keys(inputsBatch(history, [history.end], specOf('garch_t_quantiles'))[0]!.blocks)).toEqual([
      'garch_t_quantiles',
    ]);
  });

  it('have the same bits from the window alone, in any order of origins', () => {
    const batch = inputsBatch(history, origins, every);
    for (const [i, origin] of origins.entries()) {
      expect(inputsBatch(sliceWindow(history, origin, WINDOW_SLOTS), [origin], every)).toEqual([batch[i]]);
    }
    expect(inputsBatch(history, origins.toReversed(), every)).toEqual(batch.toReversed());
  });

  it('stack end to end, by name', () => {
    const rows = inputsBatch(history, origins, every);
    const stacked = stackBlock(rows, 'season_scale');
    expect(stacked).toHaveLength(4 * origins.length);
    expect(stacked.subarray(4, 8)).toEqual(rows[1]!.blocks.season_scale);
    expect(() => stackBlock(rows, 'moon')).toThrow(/reads the input "moon", which was not given/);
  });

  it('give a horizon what has a row for it, and all of what has none', () => {
    const spec = specOf('features', 'season_scale', 'reference_quantiles');
    const [row] = inputsBatch(history, [history.end], spec);
    const { features, season_scale: scale, reference_quantiles: reference } = row!.blocks;
    expect(givenFor(row!, spec, 2)).toEqual([...features!, scale![2], ...reference!.subarray(6, 9)]);
  });

  it('are refused where the origin has no candle or too few before it', () => {
    const hole = history.end - 50 * HOUR_MS;
    const holed = historyOf(candles.filter(({ openTime }) => openTime !== hole - HOUR_MS));
    const uncond = specOf('reference_quantiles');
    expect(() => inputsBatch(holed, [hole], uncond)).toThrow(/closes at .* is missing/);
    expect(() => inputsBatch(history, [history.end + HOUR_MS], uncond)).toThrow(InsufficientHistoryError);
    const young = historyOf(candles.slice(-400));
    expect(() => inputsBatch(young, [young.end], uncond)).toThrow(InsufficientHistoryError);
  });

  it.each<[string, Partial<InputsSpec>, RegExp]>([
    [
      'an input that is not computed',
      { inputs: [{ name: 'moon', shape: ['N', 1] }] },
      /"moon".*there are features/,
    ],
    ['an input from elsewhere', { inputs: [{ name: 'toString', shape: ['N'] }] }, /"toString", which is not/],
    ['another shape', { inputs: [{ name: 'season_scale', shape: ['N', 5] }] }, /\[N, 4\], not \[N, 5\]/],
    ['no input', { inputs: [] }, /one or several inputs.*none/],
    ['an input twice', { inputs: [...every.inputs, every.inputs[0]!] }, /each once/],
    ['a window too short for its inputs', { windowSlots: 1_000 }, /read 18240 slots.*only 1000/],
    ['a feature that is not computed', { features: ['moon_phase', ...FEATURE_NAMES.slice(1)] }, /moon_phase/],
    ['features in another order', { features: FEATURE_NAMES.toReversed() }, /another order/],
  ])('are refused for a model with %s', (_what, change, reason) => {
    expect(() => inputsSeries(history, { ...every, ...change })).toThrow(reason);
  });
});
