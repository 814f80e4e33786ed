import { AppError } from '@btcforecast/platform/errors';
import { DEFAULT_INSTRUMENT } from '@btcforecast/contracts';
import { HOUR_MS, InsufficientHistoryError, type HourlyWindow } from '@btcforecast/timeseries';
import {
  CHAMPION_FAMILY,
  MODEL_FAMILIES,
  type TrainableFamily,
  type TrainedManifest,
  type TrainedModel,
  type TrainingRequest,
  type TrainingStage,
} from '@btcforecast/training';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  instantValue,
  instrumentValue,
  listValue,
  poolValue,
  positiveIntegerValue,
} from './option-values.js';
import { packageVersion } from './package-version.js';
import { readCandleHistory } from './read-candle-history.js';
import { stageProgress } from './stage-progress.js';
import { nextModelVersion, writeModel } from './write-model.js';

interface TrainOptions {
  readonly data: string[];
  readonly from?: number;
  readonly to?: number;
  readonly family: TrainableFamily;
  readonly name?: string;
  readonly modelVersion?: number;
  readonly out: string;
  readonly instrument: string;
  readonly pool: { readonly instrument: string; readonly path: string }[];
}

const STAGES: Readonly<Record<TrainingStage, string>> = {
  features: 'computing features',
  weights: 'walking forward through the held-out years',
  fit: 'fitting',
};

/** Names that models of a family have unless --name says otherwise; any other family is its own name. */
const DEFAULT_NAMES: Partial<Record<TrainableFamily, string>> = { har_abs_emp: 'har', har_blend: 'har' };

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
    .addOption(
      new Option('--family <family>', familiesHelp())
        .choices(Object.keys(MODEL_FAMILIES))
        .default(CHAMPION_FAMILY),
    )
    .option('--name <name>', 'name of the model (default: that of the family)', modelNameValue)
    .option('--model-version <n>', 'version (default: the next free one in --out)', positiveIntegerValue)
    .option('--out <folder>', 'folder of the models', 'models')
    .option('--instrument <id>', 'what the candles are of', instrumentValue, DEFAULT_INSTRUMENT)
    .option(
      '--pool <list>',
      'other instruments to fit the same model to, separated by commas, e.g. ETH-USD=eth.csv.gz',
      poolValue,
      [],
    )
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const startedAt = performance.now();
  const progress = stageProgress(process.stderr);
  try {
    progress.show('reading candles', 0);
    const history = await readCandleHistory(options.data);
    const others = await readOthers(options);
    const name = options.name ?? DEFAULT_NAMES[options.family] ?? options.family;
    const version = options.modelVersion ?? (await nextModelVersion(options.out, name));
    const model = trained(options.family, {
      history,
      to: lastInstant(history.end, options),
      ...(options.from === undefined ? {} : { from: options.from }),
      name,
      version,
      instrument: options.instrument,
      ...(others.length > 0 && { others }),
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

async function readOthers({ family, pool }: TrainOptions) {
  if (pool.length > 0 && !MODEL_FAMILIES[family].pools) {
    const message = `models of the family ${family} are fitted to one instrument; leave --pool out or choose another --family`;
    throw new AppError('caller', 'config.invalid', message);
  }
  const others: { instrument: string; history: HourlyWindow }[] = [];
  for (const { instrument, path } of pool) {
    others.push({ instrument, history: await readCandleHistory([path]) });
  }
  return others;
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

function trained(family: TrainableFamily, request: TrainingRequest): TrainedModel {
  try {
    return MODEL_FAMILIES[family].train(request);
  } catch (error) {
    if (!(error instanceof InsufficientHistoryError) && !(error instanceof RangeError)) throw error;
    const message = `the model cannot be trained: ${error.message}`;
    throw new AppError('caller', 'forecast.insufficient_history', message, {}, { cause: error });
  }
}

function report(path: string, { manifest, onnx }: TrainedModel, elapsedMs: number): void {
  const { name, version, trainingSpan, data } = manifest;
  const lines = [
    `${name} ${version}: trained on ${data.candles} candles up to ${trainingSpan.to} in ` +
      `${(elapsedMs / 1000).toFixed(1)} s`,
    ...weightsOf(manifest),
    `written to ${path} (${onnx.length} bytes of ONNX)`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What a reader wants to know at once of a fit that chose weights. */
function weightsOf(manifest: TrainedManifest): string[] {
  if (manifest.family !== 'har_abs_emp') return [];
  const { fit, horizonsHours } = manifest;
  const weights = horizonsHours.map((hours, h) => `${hours} h: ${fit.horizons[h]!.referenceWeight}`);
  return [`weight of the trailing year: ${weights.join(', ')}`];
}

function familiesHelp(): string {
  const families = Object.entries(MODEL_FAMILIES).map(([name, { description }]) => `${name}: ${description}`);
  return `how the model is made; ${families.join('; ')}`;
}

function modelNameValue(text: string): string {
  if (/^[a-z][a-z0-9_-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower case letters, digits, - and _, e.g. har.');
}
