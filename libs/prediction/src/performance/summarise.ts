import { BASELINES, type BaselineName, type PerformanceReply } from '@btcforecast/contracts';
import { blockBootstrap } from '@btcforecast/timeseries';
import { SCORE_SCALE } from '../forecasts/forecast-reply.js';
import type { CountedForecast } from './performance.repository.js';

/** With fewer blocks the bootstrap has too little to draw from, and its interval would pretend certainty. */
const MIN_BLOCKS = 5;
/** Fixed, so that one question has one answer. */
const SEED = 20_240_613;

export type PerformanceSummary = Pick<
  PerformanceReply,
  'from' | 'to' | 'n' | 'pinball' | 'crps' | 'coverage' | 'direction' | 'baselines'
>;

/**
 * Means over forecasts that count, with 95 % moving-block bootstrap intervals.
 *
 * @param rows         shape [n], oldest origin first; losses of the log return, shown times 10,000
 * @param horizonHours forecasts of neighbouring hourly origins overlap by horizonHours − 1 hours, so a block has
 *   at least as many rows; it has n^(1/3) when that is more, since even scores that do not overlap come in
 *   spells of high and low volatility
 * @returns means null while n is 0, interval ends null while there are fewer than five blocks
 */
export function summarise(rows: readonly CountedForecast[], horizonHours: number): PerformanceSummary {
  const n = rows.length;
  const blockLength = Math.max(horizonHours, Math.ceil(Math.cbrt(n)));
  const share = (covers: (row: CountedForecast) => boolean) => mean(rows.map((row) => (covers(row) ? 1 : 0)));
  return {
    from: rows[0]?.originAt.toISOString() ?? null,
    to: rows[n - 1]?.originAt.toISOString() ?? null,
    n,
    pinball: scaled(mean(rows.map((row) => row.pinball))),
    crps: scaled(mean(rows.map((row) => row.crps))),
    coverage: {
      '50': share((row) => row.covered50),
      '80': share((row) => row.covered80),
      '90': share((row) => row.covered90),
    },
    direction: directionOf(rows, blockLength),
    baselines: Object.fromEntries(
      BASELINES.map((name) => [name, baselineOf(name, rows, blockLength)]),
    ) as PerformanceSummary['baselines'],
  };
}

type BaselineScore = PerformanceSummary['baselines'][BaselineName];

function directionOf(rows: readonly CountedForecast[], blockLength: number): PerformanceSummary['direction'] {
  const hits = rows
    .filter(({ directionHit }) => directionHit !== null)
    .map((row) => (row.directionHit ? 1 : 0));
  const { low, high } = intervalOf(hits, blockLength);
  return { n: hits.length, hitRate: mean(hits), low: clamped(low), high: clamped(high) };
}

function baselineOf(
  name: BaselineName,
  rows: readonly CountedForecast[],
  blockLength: number,
): BaselineScore {
  const compared = rows.filter(({ baselinePinball }) => baselinePinball[name] !== undefined);
  const losses = compared.map(({ baselinePinball }) => baselinePinball[name]!); // present: filtered above
  const differences = compared.map(({ pinball }, i) => pinball - losses[i]!); // same length
  const { low, high } = intervalOf(differences, blockLength);
  return {
    n: compared.length,
    pinball: scaled(mean(losses)),
    difference: scaled(mean(differences)),
    low: scaled(low),
    high: scaled(high),
  };
}

function intervalOf(
  values: readonly number[],
  blockLength: number,
): { low: number | null; high: number | null } {
  if (values.length < MIN_BLOCKS * blockLength) return { low: null, high: null };
  return blockBootstrap(values, { blockLength, seed: SEED });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function scaled(value: number | null): number | null {
  return value === null ? null : value * SCORE_SCALE;
}

function clamped(share: number | null): number | null {
  return share === null ? null : Math.min(1, Math.max(0, share));
}
