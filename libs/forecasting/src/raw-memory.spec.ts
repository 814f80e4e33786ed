import { describe, expect, it } from '@jest/globals';
import { type Candle, HOUR_MS, hourlyWindow } from '@btcforecast/timeseries';
import type { CorrectionSpec } from '@btcforecast/training';
import fc from 'fast-check';
import { answering, historyOf, marketCandles, trainedModel } from '../test/market.js';
import { forecastOrigins } from './forecast-origins.js';
import { RawMemory } from './raw-memory.js';
import { slotsNeeded } from './slots-needed.js';

const SPAN = 60;
const spec: CorrectionSpec = {
  kind: 'rolling_recalibration',
  spanHours: SPAN,
  minOutcomes: 30,
  weights: [0.25, 0.5, 1, 0],
};
const candles = marketCandles(19_000);
const history = historyOf(candles);
const plain = trainedModel(history, history.end - 600 * HOUR_MS);
const model = answering({ ...plain.manifest, correction: spec });
const SLOTS = slotsNeeded(model.manifest);

/** What may happen to a series between two forecasts. */
type Step =
  | { readonly kind: 'advance'; readonly hours: number }
  | { readonly kind: 'correct' | 'remove'; readonly hoursBack: number }
  | { readonly kind: 'read further back'; readonly slots: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), hours: fc.integer({ min: 0, max: 3 }) }),
  },
  fc.record({
    kind: fc.constantFrom('correct' as const, 'remove' as const),
    hoursBack: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: SLOTS })),
  }),
  fc.record({ kind: fc.constant('read further back' as const), slots: fc.integer({ min: -40, max: 40 }) }),
);

/** The series after a step, and how much of it is read. */
function after(series: readonly Candle[], end: number, { kind, ...how }: Step): readonly Candle[] {
  if (!('hoursBack' in how)) return series;
  const at = end - how.hoursBack * HOUR_MS;
  if (kind === 'remove') return series.filter(({ openTime }) => openTime !== at);
  return series.map((candle) =>
    candle.openTime === at ? { ...candle, close: candle.close * 1.01 } : candle,
  );
}

describe('a memory of raw answers', () => {
  it('changes no bit of a forecast, whatever happens to the series in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const memory = new RawMemory();
        let [series, end, slots]: [readonly Candle[], number, number] = [
          candles,
          history.end - 100 * HOUR_MS,
          SLOTS,
        ];
        for (const each of [{ kind: 'advance', hours: 0 } as const, ...steps]) {
          if (each.kind === 'advance') end += each.hours * HOUR_MS;
          if (each.kind === 'read further back') slots = SLOTS + each.slots;
          series = after(series, end, each);
          const window = hourlyWindow(series, end, slots);
          const remembered = await forecastOrigins(model, window, [end], { memory });
          expect(remembered).toEqual(await forecastOrigins(model, window, [end]));
        }
      }),
      { numRuns: 12 },
    );
  });

  it('leaves an hour later only the newest origin to be asked, and all of them after a correction', async () => {
    const memory = new RawMemory();
    const asked = () => model.runs.splice(0).reduce((sum, rows) => sum + rows, 0);
    const forecast = (end: number, of: readonly Candle[] = candles) =>
      forecastOrigins(model, hourlyWindow(of, end, SLOTS), [end], { memory });
    asked();
    const end = history.end - 10 * HOUR_MS;
    await forecast(end);
    const all = asked();
    await forecast(end + HOUR_MS);
    expect([all > SPAN, asked()]).toEqual([true, 1]);
    await forecast(end + HOUR_MS, after(candles, end, { kind: 'correct', hoursBack: 50 }));
    expect(asked()).toBe(all);
  });
});
