import { z } from 'zod';
import { ModelStatisticsReply } from '../inference.js';
import { ModelStatus } from '../models.js';
import { EpochMs } from '../primitives.js';
import type { RpcMessage } from './message.js';

/** A name as somebody asked for it, which need not be one of a model. */
const name = z.string().min(1).max(200);
const version = z.number().int().positive();
const shape = z.array(z.number().int().nonnegative()).max(8);
const actor = z.string().max(100).describe('Who asks, for the record: a key by its id');

/** One question to a model; its numbers are in the message that it travels in. */
export const InferenceCall = z.object({
  model: name,
  /** null: the champion's version if the name is the champion's, else the newest that can be asked. */
  version: version.nullable(),
  /** Nobody waits any longer; then it is not run. */
  deadline: EpochMs,
  /** 1 goes before 2, which is usual. */
  priority: z.number().int().positive(),
  inputs: z.array(z.object({ name, shape })).min(1).max(64),
  /** null: all. */
  outputs: z.array(name).max(64).nullable(),
});
export type InferenceCall = z.infer<typeof InferenceCall>;

/** What came of a question. */
export const InferenceAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    model: z.string(),
    version,
    outputs: z.array(z.object({ name: z.string(), shape })),
  }),
  z.object({
    ok: z.literal(false),
    kind: z.enum(['caller', 'transient', 'bug']),
    code: z.string(),
    message: z.string(),
  }),
]);
export type InferenceAnswer = z.infer<typeof InferenceAnswer>;

const tensor = z.object({ name: z.string(), shape: z.array(z.union([z.number().int(), z.literal('N')])) });

/** A registered version, as far as inference is concerned. */
export const InferenceModel = z.object({
  name: z.string(),
  version,
  status: ModelStatus,
  /** Of an instrument that is served. */
  champion: z.boolean(),
  state: z.enum(['ready', 'loading', 'unavailable']),
  reason: z.string(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
});
export type InferenceModel = z.infer<typeof InferenceModel>;

/** Calls about inference, which prediction answers. */
export const inferenceRpc = {
  /**
   * Questions of many callers in one message. `data`: float64, little-endian, the inputs of all calls end to end in the
   * order of the calls; base64. So are the outputs of the calls that were answered.
   */
  infer: {
    service: 'prediction',
    name: 'prediction.infer',
    request: z.object({ calls: z.array(InferenceCall).min(1), data: z.string() }),
    reply: z.object({ answers: z.array(InferenceAnswer), data: z.string() }),
    idempotent: true,
  },
  /** Versions of a name, or all: the champions first, then by name, newest version first. */
  models: {
    service: 'prediction',
    name: 'prediction.inference_models',
    request: z.object({ name: name.nullable() }),
    reply: z.object({
      models: z.array(InferenceModel),
      /** Whether all champions can be asked. */
      ready: z.boolean(),
    }),
    idempotent: true,
  },
  statistics: {
    service: 'prediction',
    name: 'prediction.inference_statistics',
    request: z.object({ name: name.nullable(), version: version.nullable() }),
    reply: ModelStatisticsReply,
    idempotent: true,
  },
  load: {
    service: 'prediction',
    name: 'prediction.load_model',
    request: z.object({ name, version: version.nullable(), actor }),
    reply: z.object({ name: z.string(), versions: z.array(version) }),
    idempotent: true,
  },
  unload: {
    service: 'prediction',
    name: 'prediction.unload_model',
    request: z.object({ name, version: version.nullable(), actor }),
    reply: z.object({ name: z.string(), versions: z.array(version) }),
    idempotent: true,
  },
} as const satisfies Record<string, RpcMessage>;
