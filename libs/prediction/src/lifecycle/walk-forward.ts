import { performance } from 'node:perf_hooks';
import {
  backtestOrigins,
  forecastWithBaselines,
  forecastWithModel,
  refittedModel,
  scoreBacktest,
  type ForecastRow,
} from '@btcforecast/backtest';
import { forecastOrigins, slotsNeeded, type LoadedModel } from '@btcforecast/forecasting';
import { HOUR_MS, InsufficientHistoryError, sliceWindow } from '@btcforecast/timeseries';
import { HAR_HORIZONS_HOURS, isTrainableFamily, type ModelManifest } from '@btcforecast/training';
import { openModel } from '../registry/open-model.js';
import { compareLosses } from './compare-losses.js';
import { monthlyFolds, originsOf, type Fold } from './walk-forward-folds.js';
import type {
  Contender,
  FoldSource,
  WalkedFold,
  WalkForwardReport,
  WalkForwardRequest,
} from './walk-forward-request.js';

const HORIZONS_HOURS: readonly number[] = HAR_HORIZONS_HOURS;
const BATCH = 256;
/** Folds of two contenders take most of the time, baselines the rest. */
const FOLDS_SHARE = 0.9;
const TIMED_RUNS = 3;

interface AnsweredFold {
  readonly fold: WalkedFold;
  readonly origins: readonly number[];
  readonly candidate: readonly ForecastRow[];
  readonly champion: readonly ForecastRow[];
  readonly forecastMs: number | null;
}

/**
 * Lets a candidate, the champion and the baselines forecast the same past origins, month by month, each without having
 * seen what came: a recipe is fitted anew at the start of each month; a champion answers as it is in the months after
 * its training, and so does a model that a user brought. Months in which one of the two has nothing to answer with are
 * left out for both. Forecasts are made by the live code.
 *
 * @param onProgress share of the work that is done, 0 to 1
 * @throws whatever opening or asking a model throws
 */
export async function walkForward(
  request: WalkForwardRequest,
  onProgress: (share: number) => void = () => {},
): Promise<WalkForwardReport> {
  const folds = monthlyFolds(request.until, request.months);
  const answered: AnsweredFold[] = [];
  for (const [i, fold] of folds.entries()) {
    const share = (done: number) => onProgress((FOLDS_SHARE * (i + done)) / folds.length);
    answered.push(await answerFold(request, fold, share));
    share(1);
  }
  const report = await scored(request, answered);
  onProgress(1);
  return report;
}

/** What a contender answers a fold with: as it is where it has not seen it, else its recipe; null for neither. */
export function foldSource(
  { family, trainingSpan }: ModelManifest,
  fold: Fold,
  isChampion: boolean,
): FoldSource | null {
  const unseen = fold.from >= Date.parse(trainingSpan.to);
  if (unseen && (isChampion || !isTrainableFamily(family))) return 'as it is';
  return isTrainableFamily(family) ? 'fitted anew' : null;
}

async function answerFold(
  request: WalkForwardRequest,
  whole: Fold,
  onProgress: (share: number) => void,
): Promise<AnsweredFold> {
  const fold = afterTrainingByUsers(whole, request);
  const { origins } = originsIn(request, fold);
  const candidate = foldSource(request.candidate.manifest, fold, false);
  const champion = foldSource(request.champion.manifest, fold, true);
  const nothing = (leftOut: string): AnsweredFold => ({
    fold: { ...whole, origins: 0, candidate, champion, leftOut },
    ...{ origins: [], candidate: [], champion: [], forecastMs: null },
  });
  if (origins.length === 0) return nothing('no origin in it after the training of both');
  if (!candidate || !champion)
    return nothing(`the ${candidate ? 'champion' : 'candidate'} was trained on it`);
  try {
    const of = { request, fold, origins };
    const first = await answersOf({ ...of, contender: request.candidate, source: candidate, onProgress });
    const second = isSameRecipe(request, candidate, champion)
      ? first
      : await answersOf({ ...of, contender: request.champion, source: champion, onProgress });
    const walked = { ...fold, origins: origins.length, candidate, champion, leftOut: null };
    return {
      fold: walked,
      origins,
      candidate: first.rows,
      champion: second.rows,
      forecastMs: first.forecastMs,
    };
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return nothing(error.message);
    throw error;
  }
}

/** A user's model cannot be fitted anew: its months begin where its training ended. */
function afterTrainingByUsers(fold: Fold, { candidate, champion }: WalkForwardRequest): Fold {
  const ends = [candidate.manifest, champion.manifest]
    .filter(({ family }) => !isTrainableFamily(family))
    .map(({ trainingSpan }) => Math.ceil(Date.parse(trainingSpan.to) / HOUR_MS) * HOUR_MS);
  return { from: Math.min(Math.max(fold.from, ...ends), fold.to), to: fold.to };
}

function originsIn({ history, everyHours }: WalkForwardRequest, fold: Fold) {
  const wanted = originsOf(fold, everyHours);
  if (wanted.length === 0) return { origins: [] };
  return backtestOrigins(history, { from: wanted[0]!, to: wanted.at(-1)!, everyHours });
}

/** The same function of the same candles: fitting it twice would only take twice as long. */
function isSameRecipe(
  { candidate, champion }: WalkForwardRequest,
  first: FoldSource,
  second: FoldSource,
): boolean {
  return (
    first === 'fitted anew' && second === first && candidate.manifest.family === champion.manifest.family
  );
}

interface FoldQuestion {
  readonly request: WalkForwardRequest;
  readonly fold: Fold;
  readonly origins: readonly number[];
  readonly contender: Contender;
  readonly source: FoldSource;
  readonly onProgress: (share: number) => void;
}

async function answersOf({ request, fold, origins, contender, source, onProgress }: FoldQuestion) {
  const { history } = request;
  const model = await opened(request, fold, contender, source);
  try {
    onProgress(0.5);
    const question = { history, origins, horizonsHours: HORIZONS_HOURS };
    const lent = {
      manifest: model.manifest,
      predict: model.predict.bind(model),
      release: () => Promise.resolve(),
    };
    const { rows } = await forecastWithModel(question, {
      refit: 'none',
      batch: BATCH,
      open: () => Promise.resolve(lent),
    });
    return { rows, forecastMs: await fastestForecast(model, request, origins.at(-1)!) };
  } finally {
    await model.release();
  }
}

function opened(
  { history, instrument, codeVersion }: WalkForwardRequest,
  { from: fittedAt }: Fold,
  contender: Contender,
  source: FoldSource,
): Promise<LoadedModel> {
  if (source === 'as it is') return openModel(contender, contender.status);
  const fitted = refittedModel(contender.manifest, { history, fittedAt, instrument, codeVersion });
  return openModel(fitted, 'candidate');
}

/** Time of one forecast as live makes it, from its window alone, ms. */
async function fastestForecast(
  model: LoadedModel,
  { history }: WalkForwardRequest,
  origin: number,
): Promise<number> {
  const window = sliceWindow(history, origin, slotsNeeded(model.manifest));
  let fastest = Infinity;
  for (let run = 0; run < TIMED_RUNS; run++) {
    const before = performance.now();
    await forecastOrigins(model, window, [origin]);
    fastest = Math.min(fastest, performance.now() - before);
  }
  return fastest;
}

async function scored(
  { history, everyHours }: WalkForwardRequest,
  answered: readonly AnsweredFold[],
): Promise<WalkForwardReport> {
  const origins = answered.flatMap((one) => one.origins);
  const candidate = answered.flatMap((one) => one.candidate);
  const champion = answered.flatMap((one) => one.champion);
  const horizonsHours = HORIZONS_HOURS;
  const baselines = await forecastWithBaselines({ history, origins, horizonsHours });
  const shared = { history, origins, everyHours, horizonsHours, baselines };
  const times = answered.flatMap(({ forecastMs }) => forecastMs ?? []);
  return {
    folds: answered.map(({ fold }) => fold),
    candidate: scoreBacktest({ ...shared, rows: candidate }),
    champion: scoreBacktest({ ...shared, rows: champion }),
    comparison: compareLosses({ ...shared, candidate, champion }),
    forecastMs: times.length === 0 ? null : Math.min(...times),
  };
}
