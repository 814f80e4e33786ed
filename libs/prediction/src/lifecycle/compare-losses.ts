import { outcomeOf, type ForecastRow } from '@btcforecast/backtest';
import { blockBootstrap, meanPinball, type HourlyWindow } from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import type { LossComparison } from './walk-forward-request.js';

/** Blocks of two weeks, since volatility, and with it the loss, comes in spells; twice the horizon if that is more. */
const MIN_BLOCK_HOURS = 336;
const MIN_BLOCKS = 5;

export interface LossQuestion {
  readonly history: HourlyWindow;
  /** ms, ascending, shape [n]. */
  readonly origins: readonly number[];
  readonly everyHours: number;
  /** Shape [H]. */
  readonly horizonsHours: readonly number[];
  /** Shape [n] each. */
  readonly candidate: readonly ForecastRow[];
  readonly champion: readonly ForecastRow[];
}

/** Pinball losses of two models on the origins that both have answered and that have an outcome, by horizon. */
export function compareLosses(question: LossQuestion): LossComparison[] {
  return question.horizonsHours.map((hours, h) => compareHorizon(question, hours, h));
}

function compareHorizon(question: LossQuestion, hours: number, h: number): LossComparison {
  const { origins, history, everyHours } = question;
  const differences: number[] = [];
  let championSum = 0;
  for (const [i, origin] of origins.entries()) {
    const [candidate, champion] = [question.candidate[i], question.champion[i]];
    const outcome = outcomeOf(history, origin, hours);
    if (!candidate || !champion || Number.isNaN(outcome)) continue;
    const championLoss = meanPinball(outcome, champion[h]!, HAR_LEVELS);
    championSum += championLoss;
    differences.push(meanPinball(outcome, candidate[h]!, HAR_LEVELS) - championLoss);
  }
  const n = differences.length;
  if (n === 0) return { horizonHours: hours, n, championLoss: 0, relative: 0, low: null, high: null };
  const championLoss = championSum / n;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const blockLength = Math.ceil(Math.max(MIN_BLOCK_HOURS, 2 * hours) / everyHours);
  const interval = n < MIN_BLOCKS * blockLength ? null : blockBootstrap(differences, { blockLength });
  return {
    horizonHours: hours,
    n,
    championLoss,
    relative: mean / championLoss,
    low: interval && interval.low / championLoss,
    high: interval && interval.high / championLoss,
  };
}
