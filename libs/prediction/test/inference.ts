import { join } from 'node:path';
import type { InferenceCall } from '@btcforecast/contracts';
import { repositoryRoot } from '@btcforecast/testing';
import type { ModelManifest } from '@btcforecast/training';
import type { InferenceWatch } from '../src/inference/inference-watch.js';
import { parseModelReference, readModelFiles } from '../src/models/model-files.js';
import { OnnxModel } from '../src/models/onnx-model.js';
import type { ModelReference } from '../src/models/model-files.js';
import type { ModelStore } from '../src/models/model-store.js';
import { ModelVersionRepository } from '../src/models/model-version.repository.js';
import { AliasRepository } from '../src/registry/alias.repository.js';
import { openModel } from '../src/registry/open-model.js';
import type { GraphModel } from '../src/inference/graph-model.js';
import { InferenceLoadRepository } from '../src/inference/inference-load.repository.js';
import { InferenceRecords } from '../src/inference/inference-records.js';
import { InferenceService } from '../src/inference/inference.service.js';
import { ServedModels } from '../src/inference/served-models.js';
import { joinNumbers } from '../src/inference/wire-numbers.js';
import { openStore } from './forecasting.js';
import { INSTRUMENT, openMarket, type TestMarket } from './market.js';

export const QUIET: InferenceWatch = { waited: () => {}, ran: () => {}, failed: () => {} };

export async function shippedModel(reference: string): Promise<OnnxModel> {
  return OnnxModel.load(await readModelFiles(join(repositoryRoot, 'models'), parseModelReference(reference)));
}

/** Numbers of one tensor, of so many rows. */
export function widthOf({ shape }: ModelManifest['inputs'][number]): number {
  return shape.reduce<number>((product, size) => (size === 'N' ? product : product * size), 1);
}

/** Rows like a golden one, each a little different; the hour of the day is the row's own. */
export function rowsLike(manifest: ModelManifest, rows: number, seed: number): Float64Array[] {
  const golden = manifest.golden[0]!;
  return manifest.inputs.map((input) => {
    const width = widthOf(input);
    const given = 'inputs' in golden ? golden.inputs[input.name] : undefined;
    return Float64Array.from({ length: rows * width }, (_, i) => {
      const row = Math.floor(i / width);
      if (input.name === 'hour_of_day') return (seed + row) % 24;
      const base = given?.[i % width] ?? 0.01;
      return base * (1 + 0.001 * ((seed * 31 + row * 7 + (i % 5)) % 97));
    });
  });
}

/** One process of prediction, as far as inference goes. */
export interface Instance {
  readonly served: ServedModels;
  readonly service: InferenceService;
  /** Every model that it has opened. */
  readonly opened: GraphModel[];
}

function openInstance(
  { dataSource, clock, events }: TestMarket,
  store: ModelStore,
  maxLoaded: number,
): Instance {
  const opened: GraphModel[] = [];
  const records = new InferenceRecords(
    new ModelVersionRepository(dataSource),
    new InferenceLoadRepository(dataSource),
    clock,
  );
  const served = new ServedModels({
    ...{ store, records, watch: QUIET },
    open: async (files) => {
      const model = await openModel(files, files.status);
      opened.push(model);
      return model;
    },
  });
  const service = new InferenceService({ served, records, events, watch: QUIET, maxLoaded });
  return { served, service, opened };
}

/** A market with the shipped models, `har@2` as champion, and as many instances as are wanted. */
export async function openInference() {
  const market = await openMarket();
  const { dataSource, clock } = market;
  const store = await openStore(market, 'live', { champion: 'har@2' });
  const instances: Instance[] = [];

  const instance = (maxLoaded = 2): Instance => {
    instances.push(openInstance(market, store, maxLoaded));
    return instances.at(-1)!;
  };

  /** A question of two rows to a shipped model, and its numbers. */
  const question = async (reference: string, more: Partial<InferenceCall> = {}) => {
    const model = await shippedModel(reference);
    const { name, version, inputs } = model.manifest;
    const numbers = rowsLike(model.manifest, 2, 7);
    await model.release();
    const call: InferenceCall = {
      ...{ model: name, version, deadline: clock.now() + 1_000, priority: 2, outputs: null },
      inputs: inputs.map(({ name, shape }) => ({
        name,
        shape: shape.map((size) => (size === 'N' ? 2 : size)),
      })),
      ...more,
    };
    return { call, inputs: numbers };
  };

  const ask = async ({ service }: Instance, reference: string, more: Partial<InferenceCall> = {}) => {
    const { call, inputs } = await question(reference, more);
    const { answers } = await service.infer({ calls: [call], data: joinNumbers(inputs) });
    return answers[0]!;
  };

  const makeChampion = (to: ModelReference, effectiveOrigin: number) =>
    new AliasRepository(dataSource).move({
      ...{ feed: 'live', instrument: INSTRUMENT, alias: 'champion', expectedFrom: null, to, share: null },
      ...{ effectiveOrigin, actor: 'test', reason: 'a test', evaluationId: null, movedAt: effectiveOrigin },
    });

  const close = async () => {
    for (const { served } of instances) await served.close();
    await store.onApplicationShutdown();
    await market.close();
  };
  return { market, store, instance, question, ask, makeChampion, close };
}
