import { DEFAULT_INSTRUMENT, MODEL_STATUSES } from '@btcforecast/contracts';
import { Option, type Command } from 'commander';
import { asking } from './gateway/target-options.js';
import { instrumentValue, modelValue } from './option-values.js';

const MODEL = 'version of a model, <name>@<version>';
const INSTRUMENT = 'whose forecasts it is about';
const REASON = 'why; kept for ever';

/** `btcf models`: the registry of the running system. Commands load their code when they run. */
export function registerModelsCommand(program: Command): void {
  const models = program.command('models').description('who answers, on what evidence, and who moved it');
  addReading(models);
  addMoves(models);
  addFiles(models);
}

function addReading(models: Command): void {
  asking(models.command('list'))
    .description('show every version and what it is')
    .addOption(
      new Option('--status <status>', 'only those that come from there').choices([...MODEL_STATUSES]),
    )
    .action(async (options) => (await import('./models/list-models.js')).listModels(options));
  asking(models.command('show'))
    .description('show the record of a version')
    .argument('<model>', MODEL, modelValue)
    .action(async (model, options) => (await import('./models/show-model.js')).showModel(model, options));
  asking(models.command('card'), { json: false })
    .description('print the model card, Markdown')
    .argument('<model>', MODEL, modelValue)
    .action(async (model, options) => (await import('./models/show-model.js')).showCard(model, options));
  asking(models.command('history'))
    .description('show who moved which alias, when, why and on what evidence')
    .option('--instrument <id>', INSTRUMENT, instrumentValue, DEFAULT_INSTRUMENT)
    .action(async (options) => (await import('./models/show-history.js')).showHistory(options));
}

function addMoves(models: Command): void {
  const alias = new Option('--alias <alias>', 'challenger starts shadow scoring; champion answers');
  asking(models.command('promote'))
    .description('make a version challenger or champion, two candles ahead at the earliest')
    .argument('<model>', MODEL, modelValue)
    .addOption(alias.choices(['challenger', 'champion']).default('challenger'))
    .requiredOption('--reason <text>', REASON)
    .option('--instrument <id>', INSTRUMENT, instrumentValue, DEFAULT_INSTRUMENT)
    .option('--override', 'without shadow evidence; never past a failed technical check', false)
    .action(async (model, options) => (await import('./models/move-alias.js')).promoteModel(model, options));
  asking(models.command('rollback'))
    .description('take the alias champion from a version and give it back to its predecessor')
    .argument('<model>', MODEL, modelValue)
    .requiredOption('--reason <text>', REASON)
    .option('--instrument <id>', INSTRUMENT, instrumentValue, DEFAULT_INSTRUMENT)
    .action(async (model, options) => (await import('./models/move-alias.js')).rollBackModel(model, options));
}

function addFiles(models: Command): void {
  asking(models.command('upload'))
    .description('have a model of your own checked and taken into the registry')
    .argument('<file>', 'ONNX file, 1 MiB at most')
    .option('--manifest <file>', 'what it reads and writes (default: manifest.json beside it)')
    .option('--name <name>', 'name in the registry (default: the one in the manifest)')
    .action(async (file, options) => (await import('./models/upload-model.js')).uploadModel(file, options));
  asking(models.command('download'))
    .description('write model.onnx, manifest.json and the card, README.md, of a version')
    .argument('<model>', MODEL, modelValue)
    .option('--out <folder>', 'where to (default: <name>/<version>)')
    .action(async (model, options) =>
      (await import('./models/download-model.js')).downloadModel(model, options),
    );
}
