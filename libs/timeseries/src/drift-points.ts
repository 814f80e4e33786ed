import { HOUR_MS } from './candle.js';
import { coverageBets, featureBets, lossBets, pitBets } from './drift-bets.js';
import type { DriftPoint } from './drift-detector.js';

/** A forecast of one horizon and what became of it. */
export interface ScoredForecast {
  /** ms. */
  readonly origin: number;
  /** Probability integral transform of the outcome, in [0, 1]. */
  readonly pit: number;
  /** Whether the outcome fell into the 80 % interval. */
  readonly covered80: boolean;
  /** Pinball loss, in any unit, >= 0. */
  readonly pinball: number;
  /** The same of each baseline, by name. */
  readonly baselinePinball: Readonly<Record<string, number>>;
}

/**
 * Alarms per year of hourly origins while all is well: 0.05 for all tests of a model together. That of volatility rests
 * on errors like those of its past, so it exceeds its share where volatility clusters (measured: up to 0.025); the rest
 * of the 0.05 is left to that.
 */
export const DRIFT_BUDGET = { volatility: 0.01, scores: 0.02, features: 0.01 } as const;
/** What the calendar alone decides cannot drift. */
const CALENDAR_FEATURES: readonly string[] = ['weekend'];
const WEEK_HOURS = 168;

/** Loss above that of the best baseline, as a share of it, that is not held against the model. */
const LOSS_TOLERANCE = 0.02;
/** Losses are clipped at this many root mean squares of those known before. */
const CLIP = 6;
/** Matured forecasts before the first point: they say which baseline is best and how much losses differ. */
const WARM_UP = 20;

export function pitPoints(scored: readonly ScoredForecast[]): DriftPoint[] {
  return scored.map(({ origin, pit }) => ({ origin, factors: pitBets(pit) }));
}

export function coveragePoints(scored: readonly ScoredForecast[]): DriftPoint[] {
  return scored.map(({ origin, covered80 }) => ({ origin, factors: coverageBets(covered80) }));
}

/**
 * Losses beside those of the baseline that had lost least until then. At each origin only what had matured says which
 * one that is, and at how much a difference is clipped.
 *
 * @param all ascending origins; those without a baseline that the newest has are left out
 */
export function lossPoints(all: readonly ScoredForecast[], horizonHours: number): DriftPoint[] {
  const names = Object.keys(all.at(-1)?.baselinePinball ?? {}).sort();
  const scored = all.filter(({ baselinePinball }) => names.every((name) => name in baselinePinball));
  const lost = new Map(names.map((name) => [name, 0]));
  let squares = 0;
  let known = 0;
  const points: DriftPoint[] = [];
  for (const { origin, pinball, baselinePinball } of scored) {
    for (; scored[known]!.origin + horizonHours * HOUR_MS <= origin; known++) {
      const matured = scored[known]!;
      for (const name of names) lost.set(name, lost.get(name)! + matured.baselinePinball[name]!);
      squares += excessOver(matured, bestOf(lost)) ** 2;
    }
    if (known < WARM_UP || squares === 0) continue;
    const clip = CLIP * Math.sqrt(squares / known);
    const excess = excessOver({ pinball, baselinePinball }, bestOf(lost));
    points.push({ origin, factors: lossBets(Math.max(-1, Math.min(1, excess / clip))) });
  }
  return points;
}

/**
 * Values of one feature by origin, beside the moments of training.
 *
 * @param deviation > 0
 */
export function featurePoints(
  values: readonly { readonly origin: number; readonly value: number }[],
  mean: number,
  deviation: number,
): DriftPoint[] {
  return values.map(({ origin, value }) => ({ origin, factors: featureBets((value - mean) / deviation) }));
}

/**
 * Distance at which values of a feature count as independent, hours: twice what it looks back on, as its name ends
 * (`drawdown_720h`), and a week at least, for volatility itself is remembered for days. Null for a feature that the
 * calendar decides. A feature of a year's memory gives a point in two years: about its drift little can be known.
 */
export function featureStreamHours(name: string): number | null {
  if (CALENDAR_FEATURES.includes(name)) return null;
  const lookback = Number(/_(\d+)h$/.exec(name)?.[1] ?? 0);
  return Math.max(WEEK_HOURS, 2 * lookback);
}

function bestOf(lost: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  for (const [name, loss] of lost) if (best === undefined || loss < lost.get(best)!) best = name;
  return best;
}

function excessOver(
  { pinball, baselinePinball }: Pick<ScoredForecast, 'pinball' | 'baselinePinball'>,
  baseline: string | undefined,
): number {
  return baseline === undefined ? 0 : pinball - (1 + LOSS_TOLERANCE) * baselinePinball[baseline]!;
}
