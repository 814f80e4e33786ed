import type { LoadedModel } from '@btcforecast/forecasting';
import { InsufficientHistoryError, type BaselineName } from '@btcforecast/timeseries';
import type { ModelManifest } from '@btcforecast/training';
import { areSameRows, type ForecastSet } from './forecast-row.js';
import { forecastWithModel, type ForecastQuestion } from './forecast-with-model.js';
import type { RefitSchedule } from './refit-schedule.js';
import { refittedModel } from './refitted-model.js';
import { scoreBacktest, type HorizonScore } from './score-backtest.js';

/** A backtest of one or several models at the same origins. */
export interface BacktestQuestion extends ForecastQuestion {
  /** Step of the origins. */
  readonly everyHours: number;
  /** What the candles are of; stands in models that are fitted anew. */
  readonly instrument: string;
  readonly baselines: Readonly<Record<BaselineName, ForecastSet>>;
}

/** A model as it is stored. */
export interface StoredModel {
  readonly manifest: ModelManifest;
  readonly onnx: Uint8Array;
}

/** How stored models get into memory, and how they are to be asked. */
export interface BacktestRuntime {
  readonly load: (model: StoredModel) => Promise<LoadedModel>;
  readonly refit: RefitSchedule;
  /** Rows of one run of the graph; changes no bit. */
  readonly batch: number;
  /** Version of the program, for models that are fitted anew. */
  readonly codeVersion: string;
  /** Called before each fit; ms. */
  readonly onFit?: (fittedAt: number) => void;
}

/** What one model did. */
export interface ModelResult {
  /** `har@1`, also where it stands for its recipe fitted anew; or the name of a baseline. */
  readonly name: string;
  readonly refit: RefitSchedule;
  readonly forecasts: ForecastSet;
  /** Origins with a candle, but with too little history before it. */
  readonly withoutHistory: number;
  /** Origins inside the model's training span: what it says there proves nothing. */
  readonly inSample: number;
  readonly scores: readonly HorizonScore[];
}

/**
 * Forecasts and scores a stored model, fitted anew on what was known then where that is asked for.
 *
 * @throws InsufficientHistoryError if no origin has enough candles before it, or a fit has too few; RangeError as
 *   forecastWithModel and refittedModel do; whatever `load` throws
 */
export async function backtestModel(
  model: StoredModel,
  question: BacktestQuestion,
  { load, refit, batch, codeVersion, onFit = () => {} }: BacktestRuntime,
): Promise<ModelResult> {
  const { history, instrument, baselines } = question;
  const open = (fittedAt: number | null): Promise<LoadedModel> => {
    if (fittedAt === null) return load(model);
    onFit(fittedAt);
    return load(refittedModel(model.manifest, { history, fittedAt, instrument, codeVersion }));
  };
  const made = await forecastWithModel(question, { refit, batch, open });
  // A baseline that is served as a model is not compared with itself.
  const forecasts = Object.values(baselines).find(({ rows }) => areSameRows(rows, made.rows)) ?? made;
  const trainedUntil = refit === 'none' ? Date.parse(model.manifest.trainingSpan.to) : -Infinity;
  const name = `${model.manifest.name}@${model.manifest.version}`;
  return resultOf({ name, refit, forecasts }, question, trainedUntil);
}

/** The result of a baseline that is no stored model. @throws InsufficientHistoryError as backtestModel does */
export function backtestBaseline(name: BaselineName, question: BacktestQuestion): ModelResult {
  return resultOf({ name, refit: 'none', forecasts: question.baselines[name] }, question, -Infinity);
}

function resultOf(
  made: Pick<ModelResult, 'name' | 'refit' | 'forecasts'>,
  question: BacktestQuestion,
  trainedUntil: number,
): ModelResult {
  const { rows } = made.forecasts;
  const withoutHistory = rows.filter((row) => row === null).length;
  if (withoutHistory === rows.length) {
    throw new InsufficientHistoryError('no origin has enough candles before it: 90 days are the least');
  }
  return {
    ...made,
    withoutHistory,
    inSample: question.origins.filter((origin, i) => origin <= trainedUntil && rows[i]).length,
    scores: scoreBacktest({ ...question, rows }),
  };
}
