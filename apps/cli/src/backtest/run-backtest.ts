import {
  backtestBaseline,
  backtestHtml,
  backtestModel,
  backtestOrigins,
  backtestSvg,
  forecastCsv,
  forecastWithBaselines,
  type BacktestOrigins,
  type BacktestQuestion,
  type ModelResult,
  type RefitSchedule,
} from '@btcforecast/backtest';
import { AppError } from '@btcforecast/platform/errors';
import { OnnxModel } from '@btcforecast/prediction';
import { HOUR_MS, InsufficientHistoryError, type HourlyWindow } from '@btcforecast/timeseries';
import { dataDigest } from '@btcforecast/training';
import { packageVersion } from '../package-version.js';
import { readCandleHistory } from '../read-candle-history.js';
import { stageProgress, type StageProgress } from '../stage-progress.js';
import type { BacktestResult } from './backtest-result.js';
import { backtestText, type BacktestFormat } from './backtest-text.js';
import { findModels, type ChosenModel } from './find-models.js';
import { outputFiles, type OutputFiles } from './output-files.js';

export interface BacktestOptions {
  readonly data: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Hours. */
  readonly every: number;
  /** Hours. */
  readonly horizons: readonly number[];
  readonly model: string;
  readonly refit: RefitSchedule;
  readonly instrument: string;
  readonly out?: string;
  readonly report?: string;
  readonly format: BacktestFormat;
  readonly models?: string;
  readonly batch: number;
}

/** What all models of a run share. */
interface Run {
  readonly options: BacktestOptions;
  readonly question: BacktestQuestion;
  readonly progress: StageProgress;
}

/** `btcf backtest`: writes the forecasts, prints the scores. */
export async function runBacktest(options: BacktestOptions): Promise<void> {
  const startedAt = performance.now();
  const progress = stageProgress(process.stderr);
  try {
    const chosen = distinct(await findModels(options.model, options.models), options.refit);
    const files = await outputFiles(options, chosen.length > 1);
    progress.show('reading candles', 0);
    const history = await readCandleHistory(options.data);
    const found = originsIn(history, options);
    const question = { history, origins: found.origins, horizonsHours: options.horizons };
    const baselines = await forecastWithBaselines({
      ...question,
      onProgress: (share) => progress.show('forecasting with the baselines', share),
    });
    const { every: everyHours, instrument } = options;
    const run: Run = { options, question: { ...question, everyHours, instrument, baselines }, progress };
    const models: ModelResult[] = [];
    for (const model of chosen) models.push(await explained(() => resultOf(model, run)));
    const result = summarise(run, found.missing, models);
    for (const model of models) await write(run, result, model, files);
    progress.stop();
    process.stdout.write(backtestText(result, options.format));
    process.stderr.write(`took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  } finally {
    progress.stop();
  }
}

/** Fitted anew, versions of one name and family are the same: the last one stands for all. */
function distinct(models: readonly ChosenModel[], refit: RefitSchedule): ChosenModel[] {
  if (refit === 'none') return [...models];
  const recipeOf = (model: ChosenModel): string =>
    model.kind === 'baseline' ? model.name : `${model.files.manifest.name} ${model.files.manifest.family}`;
  return [...new Map(models.map((model) => [recipeOf(model), model])).values()];
}

function originsIn(history: HourlyWindow, { from, to, every }: BacktestOptions): BacktestOrigins {
  if (from % HOUR_MS !== 0 || to % HOUR_MS !== 0 || from > to) {
    throw invalid('--from and --to must be full hours UTC, the first not later than the second');
  }
  const found = backtestOrigins(history, { from, to, everyHours: every });
  if (found.origins.length > 0) return found;
  const start = history.end - history.close.length * HOUR_MS;
  throw invalid(
    `the data holds no candle that closes at an origin between ${isoOf(from)} and ${isoOf(to)}; ` +
      `it reaches from ${isoOf(start)} to ${isoOf(history.end)}`,
  );
}

function resultOf(model: ChosenModel, { options, question, progress }: Run): Promise<ModelResult> {
  if (model.kind === 'baseline') return Promise.resolve(backtestBaseline(model.name, question));
  const { manifest } = model.files;
  let stage = `forecasting with ${manifest.name}@${manifest.version}`;
  let done = 0;
  const asked = { ...question, onProgress: (share: number) => progress.show(stage, (done = share)) };
  return backtestModel(model.files, asked, {
    load: (files) => OnnxModel.load(files),
    refit: options.refit,
    batch: options.batch,
    codeVersion: packageVersion(),
    onFit: (fittedAt) => {
      stage = `${manifest.name}@${manifest.version}, fitted as of ${isoOf(fittedAt).slice(0, 10)}`;
      progress.show(stage, done);
    },
  });
}

/** The maths throws plain errors: says what they mean for the one who asked. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InsufficientHistoryError)) throw error;
    const message = `the backtest cannot be made: ${error.message}; give --data more history or begin later`;
    throw new AppError('caller', 'forecast.insufficient_history', message, {}, { cause: error });
  }
}

function summarise(
  { options, question }: Run,
  missing: number,
  models: readonly ModelResult[],
): BacktestResult {
  const { instrument, from, to, every } = options;
  const data = dataDigest(question.history);
  return { instrument, from, to, everyHours: every, data, origins: question.origins.length, missing, models };
}

async function write(
  { options, question }: Run,
  result: BacktestResult,
  model: ModelResult,
  files: OutputFiles,
): Promise<void> {
  const { rows } = model.forecasts;
  await files.csv(model.name)?.(forecastCsv({ ...question, rows }));
  const writeReport = files.report(model.name);
  if (!writeReport) return;
  const title = `${model.name}${model.refit === 'none' ? '' : `, fitted anew ${model.refit}`}: ${result.instrument}`;
  const asked = { ...question, rows };
  const scores = backtestText({ ...result, models: [model] }, 'text');
  const asPage = options.report?.endsWith('.html');
  await writeReport(asPage ? backtestHtml(title, scores, asked) : backtestSvg(title, asked));
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

function invalid(message: string): AppError {
  return new AppError('caller', 'config.invalid', message);
}
