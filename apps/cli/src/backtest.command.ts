import { REFIT_SCHEDULES } from '@btcforecast/backtest';
import { DEFAULT_INSTRUMENT, HORIZON_HOURS, HORIZONS, LatestForecastQuery } from '@btcforecast/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { instantValue, instrumentValue, listValue, positiveIntegerValue } from './option-values.js';

/** Enough to keep the cost of a run small, few enough to show progress. */
const DEFAULT_BATCH = 256;

/** `btcf backtest`: forecasts the past from candle files; needs no running system, no database and no network. */
export function registerBacktestCommand(program: Command): void {
  const backtest = program
    .command('backtest')
    .description(
      'forecast past origins exactly as the live system would have done, and score what came of it',
    );
  addQuestion(backtest);
  addAnswer(backtest);
  backtest.action(async (options) => {
    const { runBacktest } = await import('./backtest/run-backtest.js');
    await runBacktest(options);
  });
}

/** What is to be forecast, and by which model. */
function addQuestion(command: Command): void {
  const files = 'CSV files of hourly candles, plain or gzipped, separated by commas';
  const from = 'first origin: close time of the last candle that a forecast may see';
  command
    .requiredOption('--data <files>', files, listValue)
    .requiredOption('--from <instant>', from, instantValue)
    .requiredOption('--to <instant>', 'last origin, inclusive', instantValue)
    .addOption(new Option('--every <hours>', 'step between origins').argParser(hoursValue).default(6, '6h'))
    .addOption(
      new Option('--horizons <list>', 'how far ahead, separated by commas')
        .argParser(horizonsValue)
        .default(Object.values(HORIZON_HOURS), HORIZONS.join()),
    )
    .option('--model <model>', 'champion, <name>[@<version>], a baseline, or all', 'champion')
    .addOption(
      new Option(
        '--refit <when>',
        'fit the model anew on what was known of --instrument then; baselines always follow the data',
      )
        .choices([...REFIT_SCHEDULES])
        .default('none'),
    )
    .option('--instrument <id>', 'what the candles are of', instrumentValue, DEFAULT_INSTRUMENT)
    .option('--models <folder>', 'folder of the models (default: the shipped ones)')
    .option(
      '--batch <n>',
      'origins of one run of the model; changes no bit',
      positiveIntegerValue,
      DEFAULT_BATCH,
    );
}

/** What is to come of it. */
function addAnswer(command: Command): void {
  command
    .option('--out <file>', 'write the forecasts as CSV; with several models one file each')
    .option(
      '--report <file>',
      'draw the result as .html or .svg; with several models one file each',
      reportValue,
    )
    .addOption(
      new Option('--format <format>', 'how to print the scores')
        .choices(['text', 'markdown', 'json'])
        .default('text'),
    );
}

/** Whole hours, as 6h. */
function hoursValue(text: string): number {
  const match = /^([1-9]\d{0,4})h$/.exec(text);
  if (match) return Number(match[1]);
  throw new InvalidArgumentError('It must be whole hours, e.g. 6h.');
}

function horizonsValue(text: string): number[] {
  const parsed = LatestForecastQuery.safeParse({ horizon: text });
  if (parsed.success) return parsed.data.horizon.map((horizon) => HORIZON_HOURS[horizon]);
  throw new InvalidArgumentError(`It must be one or several of ${HORIZONS.join(', ')}, each once.`);
}

function reportValue(text: string): string {
  if (/\.(html|svg)$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a file that ends in .html or .svg.');
}
