import {
  BASELINE_NAMES,
  blockBootstrap,
  crpsFromQuantiles,
  HOUR_MS,
  intervalCovers,
  meanPinball,
  type BaselineName,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import { closeBefore } from './backtest-origins.js';
import type { ForecastRow, ForecastSet } from './forecast-row.js';

/** Losses of the log return are small: all of them are shown times this. */
export const SCORE_SCALE = 10_000;
/** Central intervals that are judged. */
export const INTERVAL_SHARES = [0.5, 0.8, 0.9] as const;
/** Blocks of the bootstrap last two weeks at least, since volatility, and so the loss, comes in spells. */
const MIN_BLOCK_HOURS = 336;
/** With fewer blocks the bootstrap has too little to draw from, and its interval would pretend certainty. */
const MIN_BLOCKS = 5;

/** A mean and how far it can be trusted; null where the origins span fewer than five blocks. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number | null;
  /** Ends of the 95 % interval. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface HorizonScore {
  readonly horizonHours: number;
  /** Forecasts with an outcome; all means are over these. */
  readonly n: number;
  /** Forecasts whose target candle is missing or not there yet. */
  readonly withoutOutcome: number;
  /** Hours that one block of the bootstrap spans. */
  readonly blockHours: number;
  /** Mean pinball loss of the log return over the levels, times 10,000; null without outcomes, as all that follows. */
  readonly pinball: number | null;
  /** CRPS of the log return from the quantiles, times 10,000. */
  readonly crps: number | null;
  /** Share of outcomes inside each central interval, in the order of INTERVAL_SHARES. */
  readonly coverage: readonly (Estimate & { readonly share: number })[];
  /** Mean absolute error of the median over that of the last price; null also where the price never moved. */
  readonly maeRatio: number | null;
  /** The model's mean pinball loss minus that of each other baseline, times 10,000: negative is better. */
  readonly differences: readonly BaselineDifference[];
}

export interface BaselineDifference extends Estimate {
  readonly baseline: BaselineName;
  /** Origins that both have forecast. */
  readonly n: number;
  /** Mean pinball loss of the baseline over them, times 10,000. */
  readonly pinball: number;
}

export interface ScoreQuestion {
  readonly history: HourlyWindow;
  /** ms, ascending, shape [n]. */
  readonly origins: readonly number[];
  /** Step of the origins; a block of the bootstrap is counted in such steps. */
  readonly everyHours: number;
  /** Shape [H]. */
  readonly horizonsHours: readonly number[];
  /** Shape [n]. */
  readonly rows: readonly ForecastRow[];
  readonly baselines: Readonly<Record<BaselineName, ForecastSet>>;
}

/**
 * Scores the forecasts of one model, by horizon. Neighbouring outcomes overlap, so everything that says how sure a
 * mean is comes from the moving-block bootstrap with blocks of at least twice the horizon.
 *
 * @param question rows in the order of the origins; a forecast without outcome is counted and not scored
 */
export function scoreBacktest(question: ScoreQuestion): HorizonScore[] {
  return question.horizonsHours.map((hours, h) => scoreHorizon(question, hours, h));
}

/** A forecast and what happened. */
interface Case {
  /** Index of the origin. */
  readonly at: number;
  readonly quantiles: readonly number[];
  /** Log return from the origin to the target. */
  readonly outcome: number;
  /** Mean over the levels. */
  readonly pinball: number;
}

function scoreHorizon(question: ScoreQuestion, hours: number, h: number): HorizonScore {
  const { everyHours, rows } = question;
  const cases = casesOf(question, rows, hours, h);
  const blockHours = Math.max(MIN_BLOCK_HOURS, 2 * hours);
  const blockLength = Math.ceil(blockHours / everyHours);
  const mean = (valueOf: (one: Case) => number) => meanOf(cases.map(valueOf));
  const movement = mean(({ outcome }) => Math.abs(outcome));
  const error = mean(({ outcome, quantiles }) => Math.abs(outcome - quantiles[MEDIAN]!));
  const crps = mean(({ outcome, quantiles }) => crpsFromQuantiles(outcome, quantiles, HAR_LEVELS));
  return {
    horizonHours: hours,
    n: cases.length,
    withoutOutcome: rows.filter((row) => row !== null).length - cases.length,
    blockHours,
    pinball: scaled(mean(({ pinball }) => pinball)),
    crps: scaled(crps),
    coverage: cases.length === 0 ? [] : INTERVAL_SHARES.map((share) => coverageOf(cases, share, blockLength)),
    maeRatio: error === null || !movement ? null : error / movement,
    differences: BASELINE_NAMES.flatMap((name) =>
      differenceTo(name, question, { cases, hours, h, blockLength }),
    ),
  };
}

const MEDIAN = HAR_LEVELS.indexOf(0.5);

function casesOf(
  { history, origins }: ScoreQuestion,
  rows: readonly ForecastRow[],
  hours: number,
  h: number,
): Case[] {
  return rows.flatMap((row, at) => {
    if (!row) return [];
    const outcome = outcomeOf(history, origins[at]!, hours);
    if (Number.isNaN(outcome)) return [];
    const quantiles = row[h]!;
    return [{ at, quantiles, outcome, pinball: meanPinball(outcome, quantiles, HAR_LEVELS) }];
  });
}

/** Log return from an origin to the close `hours` later; NaN where one of the two candles is missing. */
export function outcomeOf(history: HourlyWindow, origin: number, hours: number): number {
  return Math.log(closeBefore(history, origin + hours * HOUR_MS) / closeBefore(history, origin));
}

function coverageOf(
  cases: readonly Case[],
  share: number,
  blockLength: number,
): Estimate & { share: number } {
  const covered = cases.map(({ outcome, quantiles }) =>
    intervalCovers(outcome, quantiles, HAR_LEVELS, share) ? 1 : 0,
  );
  return { share, ...estimate(covered, blockLength) };
}

interface Scored {
  readonly cases: readonly Case[];
  readonly hours: number;
  readonly h: number;
  readonly blockLength: number;
}

/** None where the baseline is the model itself, or where the two have no outcome in common. */
function differenceTo(
  baseline: BaselineName,
  question: ScoreQuestion,
  { cases, hours, h, blockLength }: Scored,
): BaselineDifference[] {
  const { rows } = question.baselines[baseline];
  if (rows === question.rows) return [];
  const losses = new Map(
    casesOf(question, rows, hours, h).map(({ at, pinball }) => [at, SCORE_SCALE * pinball]),
  );
  const compared = cases.filter(({ at }) => losses.has(at));
  if (compared.length === 0) return [];
  const differences = compared.map(({ at, pinball }) => SCORE_SCALE * pinball - losses.get(at)!);
  const pinball = meanOf(compared.map(({ at }) => losses.get(at)!))!; // not empty
  return [{ baseline, n: compared.length, pinball, ...estimate(differences, blockLength) }];
}

function estimate(values: readonly number[], blockLength: number): Estimate {
  const mean = meanOf(values)!; // callers give at least one
  if (values.length < MIN_BLOCKS * blockLength) return { mean, standardError: null, low: null, high: null };
  const { low, high, standardError } = blockBootstrap(values, { blockLength });
  return { mean, standardError, low, high };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function scaled(value: number | null): number | null {
  return value === null ? null : SCORE_SCALE * value;
}
