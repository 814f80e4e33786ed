import { describe, expect, it } from '@jest/globals';
import {
  baselineQuantiles,
  HOUR_MS,
  hourlyWindow,
  WINDOW_SLOTS,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import { historyOf, loaded, marketCandles, scaledFrom, trainedUntil } from '../test/market.js';
import { backtestOrigins } from './backtest-origins.js';
import { CSV_HEADER, forecastCsv } from './forecast-csv.js';
import { forecastWithBaselines } from './forecast-with-baselines.js';
import { forecastWithModel, type ModelSource } from './forecast-with-model.js';
import type { RefitSchedule } from './refit-schedule.js';
import { refittedModel } from './refitted-model.js';

const HOURS = 6_000;
const HORIZONS = [1, 4, 24, 168];
const candles = marketCandles(HOURS);
const history = historyOf(candles);
const trained = trainedUntil(history, history.end - 1_000 * HOUR_MS);
/** Five days across the first of a month and a Monday; the history ends on 11 September. */
const FROM = Date.UTC(2021, 7, 29);
const TO = Date.UTC(2021, 8, 3);

const asItIs: ModelSource = { refit: 'none', batch: 256, open: () => Promise.resolve(loaded(trained)) };

interface Asked {
  readonly source?: ModelSource;
  readonly everyHours?: number;
  readonly from?: number;
  readonly to?: number;
}

async function csvOf(
  of: HourlyWindow,
  { source = asItIs, everyHours = 6, from = FROM, to = TO }: Asked = {},
) {
  const { origins } = backtestOrigins(of, { from, to, everyHours });
  const question = { history: of, origins, horizonsHours: HORIZONS };
  const { rows } = await forecastWithModel(question, source);
  return [...forecastCsv({ ...question, rows })];
}

/** Fits anew on what `of` holds; `lead` looks that far past the instant it was asked for. */
function refitting(of: HourlyWindow, refit: RefitSchedule, lead = 0): ModelSource {
  const open = (fittedAt: number | null) =>
    Promise.resolve(
      loaded(
        refittedModel(trained.manifest, {
          history: of,
          fittedAt: Math.min(of.end, fittedAt! + lead),
          instrument: 'BTC-USD',
          codeVersion: '0.0.0',
        }),
      ),
    );
  return { refit, batch: 256, open };
}

/** The history as it was at an instant. */
const cutAt = (instant: number) => historyOf(candles.filter(({ openTime }) => openTime < instant));

describe('a backtest', () => {
  it('includes both ends of its range and writes every horizon of every origin', async () => {
    const lines = await csvOf(history);
    expect(lines[0]).toBe('origin_ms,horizon_h,q0.05,q0.1,q0.25,q0.5,q0.75,q0.9,q0.95');
    expect(lines).toHaveLength(1 + 4 * 21);
    const origins = lines.slice(1).map((line) => Number(line.split(',')[0]));
    expect([origins[0], origins.at(-1)]).toEqual([FROM, TO]);
  });

  it('gives the same bits on data that is cut, tripled or absurd after an origin', async () => {
    const whole = await csvOf(history);
    for (const origin of [FROM, FROM + 30 * HOUR_MS, TO]) {
      const seen = whole.filter((line) => line === CSV_HEADER || Number(line.split(',')[0]) <= origin);
      for (const horizon of [0, 1, 168]) {
        const cut = cutAt(Math.min(history.end, origin + horizon * HOUR_MS));
        expect(await csvOf(cut, { to: origin })).toEqual(seen);
      }
      for (const factor of [3, 1e6]) {
        expect(await csvOf(historyOf(scaledFrom(candles, origin, factor)), { to: origin })).toEqual(seen);
      }
    }
  });

  it('notices a candle that changes inside the window', async () => {
    const changed = historyOf(scaledFrom(candles, FROM - 5 * HOUR_MS, 1.01));
    expect(await csvOf(changed, { to: FROM })).not.toEqual(await csvOf(history, { to: FROM }));
  });

  it('gives an origin the same bits whatever the step and the start', async () => {
    const hourly = await csvOf(history, { everyHours: 1 });
    for (const everyHours of [2, 5, 24]) {
      const stepped = await csvOf(history, { everyHours, from: FROM + 3 * HOUR_MS });
      expect(stepped.length).toBeGreaterThan(4);
      expect(hourly).toEqual(expect.arrayContaining(stepped));
    }
  });

  it('gives an origin the same bits in a batch of 1, 7 and 256', async () => {
    const together = await csvOf(history, { source: { ...asItIs, batch: 256 } });
    for (const batch of [1, 7])
      expect(await csvOf(history, { source: { ...asItIs, batch } })).toEqual(together);
  });

  it('writes prices that read back as the same doubles', async () => {
    const question = { history, origins: [FROM, TO], horizonsHours: HORIZONS };
    const { rows } = await forecastWithModel(question, asItIs);
    const read = [...forecastCsv({ ...question, rows })].slice(1).map((line) => line.split(',').map(Number));
    const expected = question.origins.flatMap((origin, i) => {
      const price = candles.find(({ openTime }) => openTime === origin - HOUR_MS)!.close;
      return HORIZONS.map((hours, h) => [origin, hours, ...rows[i]![h]!.map((q) => price * Math.exp(q))]);
    });
    expect(read).toEqual(expected);
  });

  it('has no row for an origin whose last candle is missing, and counts it', async () => {
    const gap = FROM + 12 * HOUR_MS;
    const holed = historyOf(candles.filter(({ openTime }) => openTime !== gap - HOUR_MS));
    const range = { from: FROM, to: TO, everyHours: 6 };
    const { origins, missing } = backtestOrigins(holed, range);
    expect({ missing, has: origins.includes(gap) }).toEqual({ missing: 1, has: false });
    expect(backtestOrigins(history, range)).toMatchObject({ missing: 0 });
    expect(backtestOrigins(history, { ...range, to: history.end + 24 * HOUR_MS }).missing).toBe(4);
  });

  it('has no row for an origin with too little history', async () => {
    const { rows } = await forecastWithModel(
      { history, origins: [candles[0]!.openTime + 2_000 * HOUR_MS, TO], horizonsHours: [4] },
      asItIs,
    );
    expect(rows.map((row) => row?.length)).toEqual([undefined, 1]);
  });

  it('refuses a horizon that the model does not have', async () => {
    const asking = forecastWithModel({ history, origins: [TO], horizonsHours: [2] }, asItIs);
    await expect(asking).rejects.toThrow('har@1 forecasts 1, 4, 24, 168 h, not 2 h');
  });

  it.each([
    [{ from: 1, to: TO, everyHours: 6 }, 'full hours'],
    [{ from: TO, to: FROM, everyHours: 6 }, 'not be later'],
    [{ from: FROM, to: TO, everyHours: 0.5 }, 'whole number'],
  ])('refuses the range %j', (range, reason) => {
    expect(() => backtestOrigins(history, range)).toThrow(reason);
  });
});

describe('a backtest with refits', () => {
  it('fits on data before the refit alone: outcomes after it change no bit', async () => {
    const refitAt = Date.UTC(2021, 8, 1);
    const fitted = (of: HourlyWindow) =>
      refittedModel(trained.manifest, {
        history: of,
        fittedAt: refitAt,
        instrument: 'BTC-USD',
        codeVersion: '0.0.0',
      });
    const whole = fitted(history);
    expect(whole.manifest.trainingSpan.to).toBe('2021-09-01T00:00:00.000Z');
    expect(fitted(historyOf(scaledFrom(candles, refitAt, 3)))).toEqual(whole);
    // The last candle before the refit does count, so the comparison can tell.
    expect(fitted(historyOf(scaledFrom(candles, refitAt - HOUR_MS, 1.01)))).not.toEqual(whole);
  });

  it('gives the same bits on data cut at an origin, and a refit that looks ahead is caught by that', async () => {
    const compare = async (lead: number) => {
      const [origin, range] = [Date.UTC(2021, 8, 2), { from: Date.UTC(2021, 8, 1), everyHours: 24 }];
      const whole = await csvOf(history, {
        ...range,
        to: origin,
        source: refitting(history, 'monthly', lead),
      });
      const cut = cutAt(origin);
      return {
        whole,
        cut: await csvOf(cut, { ...range, to: origin, source: refitting(cut, 'monthly', lead) }),
      };
    };
    const honest = await compare(0);
    expect(honest.cut).toEqual(honest.whole);
    const leaking = await compare(48 * HOUR_MS);
    expect(leaking.cut).not.toEqual(leaking.whole);
  });

  it('opens each fit once, in the order of time, and gives it back before the next', async () => {
    const seen: string[] = [];
    const source: ModelSource = {
      refit: 'weekly',
      batch: 2,
      open: (fittedAt) => {
        seen.push(new Date(fittedAt!).toISOString().slice(0, 10));
        return Promise.resolve({
          ...loaded(trained),
          release: () => Promise.resolve(void seen.push('released')),
        });
      },
    };
    await csvOf(history, { source });
    expect(seen).toEqual(['2021-08-23', 'released', '2021-08-30', 'released']);
  });
});

describe('forecastWithBaselines', () => {
  it('says at each origin what the baselines say of its window alone', async () => {
    const origins = [FROM, FROM + 7 * HOUR_MS, TO];
    const sets = await forecastWithBaselines({ history, origins, horizonsHours: HORIZONS });
    for (const [i, origin] of origins.entries()) {
      const expected = baselineQuantiles(hourlyWindow(candles, origin, WINDOW_SLOTS), HORIZONS, HAR_LEVELS);
      expect({
        ewma_rw: sets.ewma_rw.rows[i],
        garch_t: sets.garch_t.rows[i],
        uncond_1y: sets.uncond_1y.rows[i],
      }).toEqual(expected);
    }
  });
});
