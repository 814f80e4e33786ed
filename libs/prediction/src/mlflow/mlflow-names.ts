import type { ModelEvaluationEntity } from '@btcforecast/database';
import type { ModelManifest } from '@btcforecast/training';
import type { AliasMove } from '../registry/alias-move.js';
import type { MlflowMetric, MlflowTags } from './mlflow-registry.js';

const MAX_PARAM = 500;
const MAX_KEY = 250;

/** An alias there belongs to a model, here to a feed and instrument too: letters, digits, _ and - are allowed. */
export function aliasName({
  alias,
  feed,
  instrument,
}: Pick<AliasMove, 'alias' | 'feed' | 'instrument'>): string {
  return `${alias}-${feed}-${instrument}`;
}

/** Whether a mirror may remove it: others may have aliases of their own. */
export function isOurAlias(alias: string): boolean {
  return /^(champion|challenger|canary)-[a-z0-9-]+-[A-Z0-9]+-[A-Z]+$/.test(alias);
}

/** What a model was made of; never changes. */
export function paramsOf(manifest: ModelManifest): MlflowTags {
  const { family, instruments, inputs, windowSlots, horizonsHours, levels, trainingSpan, onnx } = manifest;
  const own =
    manifest.family === 'user'
      ? {}
      : { data_sha256: manifest.data.sha256, code_version: manifest.codeVersion };
  const params = {
    family,
    instruments: instruments.join(','),
    inputs: inputs.map(({ name }) => name).join(','),
    window_slots: String(windowSlots),
    horizons_hours: horizonsHours.join(','),
    levels: levels.join(','),
    trained_from: trainingSpan.from,
    trained_to: trainingSpan.to,
    correction: manifest.correction ? JSON.stringify(manifest.correction) : 'none',
    onnx_sha256: onnx.sha256,
    ...own,
  };
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value.slice(0, MAX_PARAM)]));
}

type Evaluation = Pick<ModelEvaluationEntity, 'id' | 'kind' | 'verdict' | 'evidence' | 'decidedAt'>;

/** The numbers behind each verdict, by kind and name; the step is the number of the evaluation. */
export function metricsOf(evaluations: readonly Evaluation[]): MlflowMetric[] {
  return evaluations.flatMap(({ id, kind, evidence, decidedAt }) =>
    numbersIn(evidence, kind).map(([key, value]) => ({
      key,
      value,
      timestamp: decidedAt.getTime(),
      step: Number(id),
    })),
  );
}

/** The newest verdict of each kind. @param evaluations newest first */
export function verdictTags(evaluations: readonly Evaluation[]): MlflowTags {
  const oldestFirst = [...evaluations].reverse();
  return Object.fromEntries(
    oldestFirst.map(({ id, kind, verdict }) => [`btcforecast.${kind}`, `${verdict} (evaluation ${id})`]),
  );
}

function numbersIn(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return Number.isFinite(value) ? [[keyOf(path), value]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
}

function keyOf(path: string): string {
  return path.replaceAll(/[^/\w.\- ]/g, '_').slice(0, MAX_KEY);
}
