import {
  blockBootstrap,
  HOUR_MS,
  InsufficientHistoryError,
  meanPinball,
  RollingReturnQuantiles,
  slotIndex,
  WINDOW_SLOTS,
  FEATURE_NAMES,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { evaluateHar } from './evaluate-har.js';
import { fitHar, MIN_FIT_ROWS } from './fit-har.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarParameters } from './har-parameters.js';
import { rowsBetween, type TrainingRows } from './training-rows.js';

const YEAR_MS = 365 * 24 * HOUR_MS;
/** Years that are held out, one after the other, newest first. */
const MAX_FOLDS = 5;
const STEP_HOURS = 12;
const WEIGHTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
/** Index of the weight that leaves the reference alone. */
const REFERENCE = WEIGHTS.length - 1;
/**
 * Beyond a day a year holds so few outcomes that do not overlap that the best weight is mostly luck: there the
 * largest weight counts that is not worse than the best by more than one standard error.
 */
const LEAN_BEYOND_HOURS = 24;
/** Fortnights: volatility, and so the loss, comes in spells. */
const MIN_BLOCK_HOURS = 336;

const F = FEATURE_NAMES.length;
const H = HAR_HORIZONS_HOURS.length;
const L = HAR_LEVELS.length;

export interface ReferenceWeights {
  /** Chosen weight by horizon, shape [H], 0 to 1. */
  readonly weights: readonly number[];
  /** Held-out origins behind the choice, shape [H]. */
  readonly origins: readonly number[];
  /** Mean pinball loss × 10,000 there with the chosen weight and of the reference alone, shape [H]; null without any. */
  readonly pinball: readonly (number | null)[];
  readonly referencePinball: readonly (number | null)[];
}

/** Pinball loss by held-out origin and weight, shape [n][weights]. */
type LossRows = readonly (readonly number[])[];

interface HeldOut {
  readonly losses: (readonly number[])[];
  /** The same in units of the reference's mean loss in that year, so that a wild year does not decide alone. */
  readonly relative: (readonly number[])[];
}

interface Fold {
  readonly from: number;
  readonly until: number;
  readonly parameters: HarParameters;
}

/**
 * Chooses how much of the trailing year's own quantiles to mix into each horizon, by walking forward: each of the
 * last five years is forecast by a model fitted on at most `fitMs` before it, and the weight with the least loss,
 * relative to the reference's loss in that year, wins. Without a held-out year: 0 up to a day, 1 beyond.
 *
 * @param history the candles behind `rows`
 * @param rows    all rows that may be used
 * @param until   last instant that a target may close at, ms
 * @param fitMs   longest stretch that a fold is fitted on
 */
export function chooseReferenceWeights(
  history: HourlyWindow,
  rows: TrainingRows,
  until: number,
  fitMs: number,
  onProgress: (share: number) => void = () => {},
): ReferenceWeights {
  const heldOut = HAR_HORIZONS_HOURS.map((): HeldOut => ({ losses: [], relative: [] }));
  const folds = foldsBefore(rows, until, fitMs);
  for (const [done, fold] of folds.entries()) {
    onProgress(done / folds.length);
    for (const [h, losses] of lossesIn(fold, history, rows).entries()) addYear(heldOut[h]!, losses);
  }
  const chosen = heldOut.map(({ relative }, h) => chooseWeight(relative, HAR_HORIZONS_HOURS[h]!));
  const scaled = (losses: LossRows, index: number) =>
    losses.length === 0 ? null : 1e4 * meanLoss(losses, index);
  return {
    weights: chosen.map((index) => WEIGHTS[index]!),
    origins: heldOut.map(({ losses }) => losses.length),
    pinball: heldOut.map(({ losses }, h) => scaled(losses, chosen[h]!)),
    referencePinball: heldOut.map(({ losses }) => scaled(losses, REFERENCE)),
  };
}

function addYear(heldOut: HeldOut, losses: LossRows): void {
  if (losses.length === 0) return;
  const unit = meanLoss(losses, REFERENCE);
  heldOut.losses.push(...losses);
  heldOut.relative.push(...losses.map((row) => row.map((loss) => loss / unit)));
}

/** Oldest first, as blocks of the bootstrap follow time. */
function foldsBefore(rows: TrainingRows, until: number, fitMs: number): Fold[] {
  const folds: Fold[] = [];
  for (let years = MAX_FOLDS; years >= 1; years--) {
    const from = until - years * YEAR_MS;
    const { start, stop } = rowsBetween(rows, from - fitMs, from);
    if (stop - start < 2 * MIN_FIT_ROWS) continue;
    try {
      folds.push({ from, until: from + YEAR_MS, parameters: fitHar(rows, from - fitMs, from).parameters });
    } catch (error) {
      if (!(error instanceof InsufficientHistoryError)) throw error; // a year of gaps: no fold
    }
  }
  return folds;
}

/** By horizon. */
function lossesIn(fold: Fold, history: HourlyWindow, rows: TrainingRows): LossRows[] {
  const losses = HAR_HORIZONS_HOURS.map((): number[][] => []);
  const references = HAR_HORIZONS_HOURS.map((hours) => new RollingReturnQuantiles(history.close, hours));
  const { start, stop } = rowsBetween(rows, fold.from, fold.until);
  for (let row = start; row < stop; row++) {
    const origin = rows.origins[row]!;
    if ((origin / HOUR_MS) % STEP_HOURS !== 0) continue;
    const reference = referenceAt(references, slotIndex(history, origin));
    if (!reference) continue;
    const { quantiles } = evaluateHar(fold.parameters, {
      features: rows.features.subarray(row * F, (row + 1) * F),
      seasonScale: rows.scales.subarray(row * H, (row + 1) * H),
      referenceQuantiles: reference,
    });
    for (const [h, hours] of HAR_HORIZONS_HOURS.entries()) {
      const outcome = rows.returns[row * H + h]!;
      if (Number.isNaN(outcome) || origin + hours * HOUR_MS > fold.until) continue;
      losses[h]!.push(lossesByWeight(outcome, quantiles[h]!, reference.subarray(h * L, (h + 1) * L)));
    }
  }
  return losses;
}

function referenceAt(references: readonly RollingReturnQuantiles[], stop: number): Float64Array | null {
  try {
    return Float64Array.from(references.flatMap((returns) => returns.at(stop, WINDOW_SLOTS, HAR_LEVELS)));
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return null;
    throw error;
  }
}

function lossesByWeight(outcome: number, own: readonly number[], reference: Float64Array): number[] {
  return WEIGHTS.map((weight) => {
    const mixed = own.map((quantile, l) => (1 - weight) * quantile + weight * reference[l]!);
    return meanPinball(outcome, mixed, HAR_LEVELS);
  });
}

/** Index into WEIGHTS. */
function chooseWeight(losses: LossRows, hours: number): number {
  const leans = hours > LEAN_BEYOND_HOURS;
  if (losses.length === 0) return leans ? REFERENCE : 0;
  const means = WEIGHTS.map((_weight, index) => meanLoss(losses, index));
  const best = means.indexOf(Math.min(...means));
  if (!leans) return best;
  const blockLength = Math.ceil(Math.max(MIN_BLOCK_HOURS, 2 * hours) / STEP_HOURS);
  for (let index = REFERENCE; index > best; index--) {
    const differences = losses.map((row) => row[index]! - row[best]!);
    const { mean, standardError } = blockBootstrap(differences, { blockLength });
    if (mean <= standardError) return index;
  }
  return best;
}

function meanLoss(losses: LossRows, index: number): number {
  return losses.reduce((sum, row) => sum + row[index]!, 0) / losses.length;
}
