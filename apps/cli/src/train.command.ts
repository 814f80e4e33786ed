import { AppError } from '@btcforecast/platform/errors';
import { DEFAULT_INSTRUMENT } from '@btcforecast/contracts';
import { HOUR_MS, InsufficientHistoryError } from '@btcforecast/timeseries';
import { trainHar, type TrainedModel, type TrainingRequest, type TrainingStage } from '@btcforecast/training';
import { InvalidArgumentError, type Command } from 'commander';
import { instantValue, instrumentValue, listValue, positiveIntegerValue } from './option-values.js';
import { packageVersion } from './package-version.js';
import { readCandleHistory } from './read-candle-history.js';
import { stageProgress } from './stage-progress.js';
import { nextModelVersion, writeModel } from './write-model.js';

interface TrainOptions {
  readonly data: string[];
  readonly from?: number;
  readonly to?: number;
  readonly name: string;
  readonly modelVersion?: number;
  readonly out: string;
  readonly instrument: string;
}

const STAGES: Readonly<Record<TrainingStage, string>> = {
  features: 'computing features',
  weights: 'walking forward through the held-out years',
  fit: 'fitting',
};

/** `btcf train`: fits a model from candle files; needs no running system, no database and no network. */
export function registerTrainCommand(program: Command): void {
  program
    .command('train')
    .description(
      'fit a model from files of hourly candles (timestamp in ms of the open, open, high, low, close, volume)',
    )
    .requiredOption('--data <files>', 'CSV files, plain or gzipped, separated by commas', listValue)
    .option('--from <instant>', 'first origin to fit on (default: four years before --to)', instantValue)
    .option('--to <instant>', 'see nothing that closes later (default: the end of the data)', instantValue)
    .option('--name <name>', 'name of the model', modelNameValue, 'har')
    .option('--model-version <n>', 'version (default: the next free one in --out)', positiveIntegerValue)
    .option('--out <folder>', 'folder of the models', 'models')
    .option('--instrument <id>', 'what the candles are of', instrumentValue, DEFAULT_INSTRUMENT)
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const startedAt = performance.now();
  const progress = stageProgress(process.stderr);
  try {
    progress.show('reading candles', 0);
    const history = await readCandleHistory(options.data);
    const version = options.modelVersion ?? (await nextModelVersion(options.out, options.name));
    const model = trained({
      history,
      to: lastInstant(history.end, options),
      ...(options.from === undefined ? {} : { from: options.from }),
      name: options.name,
      version,
      instrument: options.instrument,
      codeVersion: packageVersion(),
      onProgress: (stage, share) => progress.show(STAGES[stage], share),
    });
    const path = await writeModel(options.out, model);
    progress.stop();
    report(path, model, performance.now() - startedAt);
  } finally {
    progress.stop();
  }
}

/** The end of training: what was asked for, or the end of the data when that is sooner. */
function lastInstant(dataEnd: number, { from, to = dataEnd }: TrainOptions): number {
  const last = Math.min(dataEnd, to);
  const problem = [from, to].some((instant) => instant !== undefined && instant % HOUR_MS !== 0)
    ? '--from and --to must be full hours'
    : from !== undefined && from >= last
      ? '--from must be earlier than --to and than the end of the data'
      : null;
  if (problem) throw new AppError('caller', 'config.invalid', problem);
  return last;
}

function trained(request: TrainingRequest): TrainedModel {
  try {
    return trainHar(request);
  } catch (error) {
    if (!(error instanceof InsufficientHistoryError) && !(error instanceof RangeError)) throw error;
    const message = `the model cannot be trained: ${error.message}`;
    throw new AppError('caller', 'forecast.insufficient_history', message, {}, { cause: error });
  }
}

function report(path: string, { manifest, onnx }: TrainedModel, elapsedMs: number): void {
  const { name, version, fit, horizonsHours, data } = manifest;
  const weights = horizonsHours
    .map((hours, h) => `${hours} h: ${fit.horizons[h]!.referenceWeight}`)
    .join(', ');
  process.stdout.write(
    `${name} ${version}: trained on ${data.candles} candles up to ${manifest.trainingSpan.to} in ` +
      `${(elapsedMs / 1000).toFixed(1)} s\n` +
      `weight of the trailing year: ${weights}\n` +
      `written to ${path} (${onnx.length} bytes of ONNX)\n`,
  );
}

function modelNameValue(text: string): string {
  if (/^[a-z][a-z0-9_-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower case letters, digits, - and _, e.g. har.');
}
