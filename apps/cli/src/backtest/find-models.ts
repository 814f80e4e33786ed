import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@btcforecast/platform/errors';
import { parseModelReference, readModelFiles, type ModelFiles } from '@btcforecast/prediction';
import { BASELINE_NAMES, type BaselineName } from '@btcforecast/timeseries';

/** What answers where no database says otherwise. */
const SHIPPED_CHAMPION = 'har@2';
const SHIPPED_MODELS = fileURLToPath(new URL('../../../../models', import.meta.url));

export type ChosenModel =
  | { readonly kind: 'graph'; readonly files: ModelFiles }
  | { readonly kind: 'baseline'; readonly name: BaselineName };

/**
 * The models that a user's words mean: `champion`, `<name>` for its newest version, `<name>@<version>`, the name of a
 * baseline, or `all`. A baseline that the folder holds as a model is that model; without one it is computed as such.
 *
 * @param folder of the models, `<name>/<version>`; default: the shipped one
 * @throws AppError caller config.invalid when there is no such model or its files are damaged
 */
export async function findModels(wanted: string, folder = SHIPPED_MODELS): Promise<ChosenModel[]> {
  if (wanted === 'champion') return [await graphOf(folder, SHIPPED_CHAMPION)];
  const known = await listReferences(folder);
  const baselines = BASELINE_NAMES.filter((name) => newestOf(name, known) === undefined);
  const isWanted = (name: string): boolean => wanted === 'all' || wanted === name;
  const chosen = known.filter(isWanted);
  const newest = newestOf(wanted, known);
  if (chosen.length === 0 && newest !== undefined) chosen.push(newest);
  const models: ChosenModel[] = [];
  for (const reference of chosen) models.push(await graphOf(folder, reference));
  models.push(...baselines.filter(isWanted).map((name): ChosenModel => ({ kind: 'baseline', name })));
  if (models.length === 0) throw unknownModel(wanted, [...known, ...baselines]);
  return models;
}

function newestOf(name: string, known: readonly string[]): string | undefined {
  return known.findLast((reference) => reference.startsWith(`${name}@`));
}

async function graphOf(folder: string, reference: string): Promise<ChosenModel> {
  return { kind: 'graph', files: await readModelFiles(folder, parseModelReference(reference)) };
}

/** `name@version`, ascending. */
async function listReferences(folder: string): Promise<string[]> {
  const references: { name: string; version: number }[] = [];
  for (const name of await namesIn(folder)) {
    const versions = (await namesIn(join(folder, name))).filter((entry) => /^[1-9]\d{0,8}$/.test(entry));
    references.push(...versions.map((version) => ({ name, version: Number(version) })));
  }
  references.sort((a, b) => a.name.localeCompare(b.name) || a.version - b.version);
  return references.map(({ name, version }) => `${name}@${version}`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    const message = `the folder of models ${folder} cannot be read; name another one with --models`;
    throw new AppError('caller', 'config.invalid', message, { folder }, { cause: error });
  }
}

function unknownModel(wanted: string, known: readonly string[]): AppError {
  return new AppError(
    'caller',
    'config.invalid',
    `there is no model "${wanted}"; there are champion, all, ${known.join(', ')}`,
    { model: wanted },
  );
}
