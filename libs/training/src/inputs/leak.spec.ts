import { describe, expect, it } from '@jest/globals';
import { FEATURE_NAMES, HOUR_MS, slotIndex, WINDOW_SLOTS, type HourlyWindow } from '@btcforecast/timeseries';
import { historyOf, marketCandles } from '../../test/market.js';
import { meddledAfter, scaled } from '../../test/meddled-histories.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS } from '../har-parameters.js';
import { featuresBlock } from './har-blocks.js';
import type { InputBlock } from './input-block.js';
import { INPUT_BLOCKS, inputTensors } from './input-blocks.js';
import { blockSeries } from './model-inputs.js';

const HOURS = WINDOW_SLOTS + 400;
const candles = marketCandles(HOURS, 9);
const history = historyOf(candles);
/** One at a midnight, where the season is renewed, and one anywhere. */
const ORIGINS = [history.end - (history.end % (24 * HOUR_MS)) - 48 * HOUR_MS, history.end - 211 * HOUR_MS];
/** Blocks of the calendar: they read no candle at all. */
const OF_THE_CLOCK = ['hour_of_day'];
const SIZES = { features: FEATURE_NAMES, horizonsHours: HAR_HORIZONS_HOURS, levels: HAR_LEVELS };
const SPEC = { ...SIZES, windowSlots: WINDOW_SLOTS, inputs: inputTensors(['features'], SIZES) };

type Blocks = Readonly<Record<string, InputBlock>>;

/** Every number of every block at an origin, by a name that says which it is. */
function numbersAt(blocks: Blocks, from: HourlyWindow, origin: number): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [block, { prepare }] of Object.entries(blocks)) {
    const values = prepare(blockSeries(from, SPEC))(origin);
    for (const [i, value] of values.entries()) {
      numbers.set(`${block}: ${block === 'features' ? FEATURE_NAMES[i] : i}`, value);
    }
  }
  return numbers;
}

/** Names of the numbers that some meddling with what lies after an origin changes in any bit. */
function leaksOf(blocks: Blocks): string[] {
  const leaks = ORIGINS.flatMap((origin) => {
    const expected = [...numbersAt(blocks, history, origin)];
    return Object.values(meddledAfter(candles, origin)).flatMap((meddled) => {
      const found = numbersAt(blocks, meddled, origin);
      return expected.filter(([name, value]) => !Object.is(value, found.get(name))).map(([name]) => name);
    });
  });
  return [...new Set(leaks)];
}

describe('every registered input', () => {
  it('is the same bit by bit whatever comes after the origin', () => {
    expect(leaksOf(INPUT_BLOCKS)).toEqual([]);
  });

  it('is a number of what came before: each block but the calendar changes with the month before it', () => {
    const [, origin] = ORIGINS;
    const since = origin! - 720 * HOUR_MS;
    const changed = candles.map((candle) =>
      candle.openTime >= since && (candle.openTime / HOUR_MS) % 2 === 0 ? scaled(candle, 1.1) : candle,
    );
    const before = numbersAt(INPUT_BLOCKS, history, origin!);
    const after = numbersAt(INPUT_BLOCKS, historyOf(changed), origin!);
    const moved = [...before].filter(([name, value]) => value !== after.get(name)).map(([name]) => name);
    expect(new Set(moved.map((name) => name.split(':')[0]))).toEqual(
      new Set(Object.keys(INPUT_BLOCKS).filter((name) => !OF_THE_CLOCK.includes(name))),
    );
  });
});

describe('an input that leaks', () => {
  const feature = (index: number, valueAt: (window: HourlyWindow, slot: number) => number): InputBlock => ({
    ...featuresBlock,
    prepare: (series) => {
      const honest = featuresBlock.prepare(series);
      return (origin) => {
        const values = honest(origin).slice();
        values[index] = valueAt(series.history, slotIndex(series.history, origin));
        return values;
      };
    },
  });
  const meanOf = (values: Float64Array): number => {
    const present = values.filter((value) => !Number.isNaN(value));
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  };

  it.each<[string, string, (window: HourlyWindow, slot: number) => number]>([
    ['the next close', 'return_1h', ({ close }, slot) => Math.log((close[slot] ?? 1) / close[slot - 1]!)],
    [
      'a mean around the origin instead of before it',
      'log_volume_24h',
      ({ volume }, slot) => meanOf(volume.subarray(slot - 12, slot + 12)),
    ],
    [
      'a scale taken from the whole file',
      'drawdown_720h',
      ({ close }, slot) => close[slot - 1]! / meanOf(close),
    ],
  ])('is caught and named: %s', (_what, name, valueAt) => {
    const features = feature(FEATURE_NAMES.indexOf(name), valueAt);
    expect(leaksOf({ ...INPUT_BLOCKS, features })).toEqual([`features: ${name}`]);
  });
});
