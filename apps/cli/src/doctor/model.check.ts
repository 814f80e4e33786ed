import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxModel, parseModelReference, readModelFiles } from '@btcforecast/prediction';
import { ok, type Outcome, wrong } from './check.js';

/** Loads every shipped model as prediction does, which asks its golden questions and compares the answers. */
export async function checkModels(folder: string): Promise<Outcome> {
  const references = readdirSync(folder).flatMap((name) =>
    readdirSync(join(folder, name)).map((version) => `${name}@${version}`),
  );
  if (references.length === 0) return wrong(`${folder} holds no model`, 'restore it from the repository');
  for (const reference of references) {
    const model = await OnnxModel.load(await readModelFiles(folder, parseModelReference(reference)));
    await model.release();
  }
  return ok(`${references.join(', ')} answers its golden questions`);
}
