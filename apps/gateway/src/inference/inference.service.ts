import {
  type InferenceModel,
  inferenceRpc,
  type ModelStatisticsReply,
  type ServerMetadataReply,
} from '@btcforecast/contracts';
import { AppError, Clock, HealthRegistry } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type Asker, Peers } from '../http/peers.js';
import { deadlineExceeded, USUAL_DEADLINE_MS } from '../http/request-deadline.js';
import type { InferQuestion } from './infer-question.js';
import type { InferAnswer } from './infer-reply.js';
import { InferenceClient } from './inference-client.js';
import { chosen, requireReady } from './model-views.js';

/** A model as somebody names it; version null: which one is for prediction to choose. */
export interface ModelAsked {
  readonly name: string;
  readonly version: number | null;
}

export interface LoadAsked extends ModelAsked {
  readonly actor: string;
}

/** Readiness is public and asked by many: it is found out so often at most, ms. */
const READY_FOR_MS = 1_000;
/** A graph is proved on its golden rows before it serves; one of a user in a process of its own. */
export const LOAD_DEADLINE_MS = 60_000;
const EXTENSIONS = [
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'model_repository(unload_dependents)',
  'schedule_policy',
  'statistics',
];
const LONGEST_NAME = 200;
const LARGEST_VERSION = 999_999_999;

/** The Open Inference Protocol over the registered models, whichever way it is spoken. */
@Injectable()
export class Inference {
  #ready: Promise<boolean> | undefined;
  #readyAskedAt = -Infinity;

  constructor(
    private readonly peers: Peers,
    private readonly client: InferenceClient,
    private readonly health: HealthRegistry,
    private readonly clock: Clock,
  ) {}

  readonly server: ServerMetadataReply = {
    name: 'btcforecast',
    version: packageVersion(),
    extensions: EXTENSIONS,
  };

  /** Whether every champion can be asked, and this gateway takes requests. Never rejects. */
  isReady(): Promise<boolean> {
    const now = performance.now();
    if (this.#ready && now - this.#readyAskedAt < READY_FOR_MS) return this.#ready;
    this.#readyAskedAt = now;
    this.#ready = this.#findOutReady().catch(() => false);
    return this.#ready;
  }

  /** Registered versions, the champions first. */
  async models(asker: Asker): Promise<InferenceModel[]> {
    return (await this.peers.callFor(asker, inferenceRpc.models, { name: null })).models;
  }

  /** Registered versions of a name. @throws AppError caller model.not_found when there are none */
  async modelsOf(asker: Asker, name: string): Promise<InferenceModel[]> {
    requireName(name);
    const { models } = await this.peers.callFor(asker, inferenceRpc.models, { name });
    chosen(models, null);
    return models;
  }

  /** @throws AppError caller model.not_found, inference.not_loaded */
  async requireReady(asker: Asker, { name, version }: ModelAsked): Promise<void> {
    requireReady(chosen(await this.modelsOf(asker, name), version));
  }

  /**
   * Runs a model. Of the time that the caller has and the one that the question names the shorter counts.
   *
   * @throws AppError as prediction answers; transient request.deadline_exceeded
   */
  infer(asker: Asker, { name, version }: ModelAsked, question: InferQuestion): Promise<InferAnswer> {
    requireName(name);
    const { inputs, numbers, outputs, priority, timeoutMs = Infinity } = question;
    const leftMs = 'leftMs' in asker ? asker.leftMs : (asker.deadline?.leftMs ?? USUAL_DEADLINE_MS);
    const withinMs = Math.min(USUAL_DEADLINE_MS, leftMs, timeoutMs);
    const answer = this.client.ask({
      ...{ model: name, version, priority, inputs, numbers },
      outputs: outputs && [...outputs],
      deadline: Math.floor(this.clock.now() + withinMs),
      isGone: 'raw' in asker ? () => asker.raw.socket.destroyed : undefined,
    });
    return timeoutMs < leftMs ? within(timeoutMs, answer) : answer;
  }

  async statistics(asker: Asker, { name, version }: Partial<ModelAsked>): Promise<ModelStatisticsReply> {
    if (name !== undefined) requireName(name);
    const asked = { name: name ?? null, version: version ?? null };
    return this.peers.callFor(asker, inferenceRpc.statistics, asked);
  }

  async load(asker: Asker, asked: LoadAsked): Promise<void> {
    requireName(asked.name);
    await this.peers.callFor(asker, inferenceRpc.load, { ...asked });
  }

  async unload(asker: Asker, asked: LoadAsked): Promise<void> {
    requireName(asked.name);
    await this.peers.callFor(asker, inferenceRpc.unload, { ...asked });
  }

  async #findOutReady(): Promise<boolean> {
    if (!(await this.health.report()).ready) return false;
    return (await this.peers.callForAll(inferenceRpc.models, { name: null })).ready;
  }
}

/**
 * A version as the protocol writes it: text. What is no number of a version names none.
 *
 * @throws AppError caller model.not_found
 */
export function versionOf(text: string): number {
  const version = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Infinity;
  if (version <= LARGEST_VERSION) return version;
  const message =
    'there is no such version: versions are whole numbers from 1 on; POST /v2/repository/index lists them';
  throw new AppError('caller', 'model.not_found', message);
}

/** The answer if it comes in time. */
function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(deadlineExceeded()), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What is no name of a model names none. @throws AppError caller model.not_found */
function requireName(name: string): void {
  if (name.length < 1 || name.length > LONGEST_NAME) chosen([], null);
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}
