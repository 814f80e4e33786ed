import {
  INFERENCE_DATATYPE,
  INFERENCE_MAX_ROWS,
  type InferenceModel,
  type ModelConfigReply,
  type ModelMetadataReply,
  type RepositoryIndexReply,
  type TensorMetadata,
} from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { DEFAULT_PRIORITY, PRIORITY_LEVELS } from './infer-question.js';

type Tensor = InferenceModel['inputs'][number];

/**
 * The version that is meant.
 *
 * @param models versions of one name, the champion first, then newest first
 * @param version null: the champion, else the newest that can be asked, else the newest
 * @throws AppError caller model.not_found
 */
export function chosen(models: readonly InferenceModel[], version: number | null): InferenceModel {
  const found =
    version === null
      ? (models.find(({ champion }) => champion) ??
        models.find(({ state }) => state === 'ready') ??
        models[0])
      : models.find((model) => model.version === version);
  if (found) return found;
  const what = version === null ? 'model of this name' : `model of this name with a version ${version}`;
  throw new AppError(
    'caller',
    'model.not_found',
    `there is no ${what}; POST /v2/repository/index lists them, and names are case-sensitive`,
  );
}

/** @throws AppError caller inference.not_loaded unless the version can be asked */
export function requireReady({ name, version, state }: InferenceModel): void {
  if (state === 'ready') return;
  throw new AppError(
    'caller',
    'inference.not_loaded',
    `${name}@${version} is registered but not ready to be asked; load it with POST /v2/repository/models/${name}/load, ` +
      'or ask the champion',
  );
}

export function metadataOf(models: readonly InferenceModel[], version: number | null): ModelMetadataReply {
  const { name, inputs, outputs } = chosen(models, version);
  return {
    name,
    versions: readyVersions(models).map(String),
    platform: 'onnx_onnxv1',
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
  };
}

export function configOf(models: readonly InferenceModel[], version: number | null): ModelConfigReply {
  const { name, inputs, outputs } = chosen(models, version);
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: INFERENCE_MAX_ROWS,
    input: inputs.map(configuredTensor),
    output: outputs.map(configuredTensor),
    version_policy: { specific: { versions: readyVersions(models) } },
    dynamic_batching: {
      max_queue_delay_microseconds: 0,
      priority_levels: PRIORITY_LEVELS,
      default_priority_level: DEFAULT_PRIORITY,
    },
  };
}

const STATES = { ready: 'READY', loading: 'LOADING', unavailable: 'UNAVAILABLE' } as const;

export function indexOf(models: readonly InferenceModel[], readyOnly: boolean): RepositoryIndexReply {
  return models
    .filter(({ state }) => !readyOnly || state === 'ready')
    .map(({ name, version, state, reason }) => ({
      name,
      version: String(version),
      state: STATES[state],
      reason,
    }));
}

/** Names of what can be asked, the champion's first. */
export function readyNames(models: readonly InferenceModel[]): string[] {
  return [...new Set(models.filter(({ state }) => state === 'ready').map(({ name }) => name))];
}

function readyVersions(models: readonly InferenceModel[]): number[] {
  return models
    .filter(({ state }) => state === 'ready')
    .map(({ version }) => version)
    .sort((a, b) => b - a);
}

function tensorMetadata({ name, shape }: Tensor): TensorMetadata {
  return { name, datatype: INFERENCE_DATATYPE, shape: shape.map((size) => (size === 'N' ? -1 : size)) };
}

/** Triton leaves the first axis out where there is a batch. */
function configuredTensor({ name, shape }: Tensor): ModelConfigReply['input'][number] {
  return {
    name,
    data_type: `TYPE_${INFERENCE_DATATYPE}`,
    dims: shape.filter((size): size is number => size !== 'N'),
  };
}
