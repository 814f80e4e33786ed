import { DEFAULT_INSTRUMENT, INTERVALS } from '@btcforecast/contracts';
import { Option, type Command } from 'commander';
import { instantValue, instrumentValue, positiveIntegerValue } from './option-values.js';

/** `btcf data …`: candles in and out of the database. What a command needs is loaded when it runs. */
export function registerDataCommand(program: Command): void {
  const data = program.command('data').description('import candles, list gaps, bring back the past');
  registerImport(data);
  registerGaps(data);
  registerBackfill(data);
}

function registerImport(data: Command): void {
  data
    .command('import')
    .description(
      'import a CSV file of candles, plain or gzipped (timestamp of the open, open, high, low, close, volume)',
    )
    .argument('<file>', 'the file')
    .option('--instrument <id>', 'what the candles are of', instrumentValue, DEFAULT_INSTRUMENT)
    .option('--venue <name>', 'whose candles they are, e.g. binance to complete its history', 'imported')
    .addOption(
      new Option('--interval <interval>', 'length of the candles')
        .choices(['auto', ...INTERVALS])
        .default('auto'),
    )
    .addOption(
      new Option('--on-error <action>', 'what to do about a broken line; abort leaves nothing of the file')
        .choices(['skip', 'abort'])
        .default('abort'),
    )
    .action(async (file: string, options) => {
      const { importCandles } = await import('./data/import-candles.js');
      await importCandles(file, options);
    });
}

function registerGaps(data: Command): void {
  data
    .command('gaps')
    .description('list missing ranges of candles, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'repaired', 'unrepairable']))
    .option('--limit <n>', 'how many', positiveIntegerValue, 50)
    .option('--json', 'one JSON object a line')
    .action(async (options) => {
      const { listGaps } = await import('./data/list-gaps.js');
      await listGaps(options);
    });
}

function registerBackfill(data: Command): void {
  data
    .command('backfill')
    .description('have the running system fetch a stretch of the past from its venue')
    .requiredOption('--from <instant>', 'first open time, inclusive', instantValue)
    .requiredOption('--to <instant>', 'last open time, exclusive', instantValue)
    .addOption(
      new Option('--interval <interval>', 'length of the candles').choices([...INTERVALS]).default('1h'),
    )
    .option('--instrument <id>', 'what the candles are of', instrumentValue, DEFAULT_INSTRUMENT)
    .action(async (options) => {
      const { requestBackfill } = await import('./data/request-backfill.js');
      await requestBackfill(options);
    });
}
