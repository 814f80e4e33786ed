import type {
  InferenceAnswer,
  InferenceCall,
  InferenceModel,
  ModelStatisticsReply,
} from '@btcforecast/contracts';
import { AppError, type EventBus, toAppError } from '@btcforecast/platform';
import { parseModelReference, type ModelReference } from '../models/model-files.js';
import { referenceText } from '../registry/alias-move.js';
import { checkQuestion } from './check-question.js';
import type { InferenceRecords } from './inference-records.js';
import type { InferenceWatch } from './inference-watch.js';
import type { Rows } from './model-batcher.js';
import { type ServedModel, type ServedModels, unknown } from './served-models.js';
import { joinNumbers, splitNumbers } from './wire-numbers.js';

export interface InferenceDependencies {
  readonly served: ServedModels;
  readonly records: InferenceRecords;
  readonly events: EventBus;
  readonly watch: InferenceWatch;
  /** Versions that may be loaded beside the champions. */
  readonly maxLoaded: number;
}

type Sender = NonNullable<Rows['sender']>;

/** What travels between gateway and prediction. */
export interface Questions {
  readonly calls: readonly InferenceCall[];
  readonly data: string;
}
export interface Answers {
  readonly answers: InferenceAnswer[];
  readonly data: string;
}

interface Answered {
  readonly answer: InferenceAnswer;
  readonly outputs: readonly Float64Array[];
}

/** Who loads or unloads which version of a name; null: see there. */
export interface LoadRequest {
  readonly name: string;
  readonly version: number | null;
  readonly actor: string;
}

/** Numbers of callers that wait for their run, all models together; more are refused at once. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Asks models for others, and decides which can be asked. */
export class InferenceService {
  #waitingBytes = 0;

  constructor(private readonly deps: InferenceDependencies) {}

  /**
   * Answers each call by itself: one that fails fails alone. What waits for its turn when the sender goes away is not run.
   *
   * @throws AppError caller rpc.invalid_message when the numbers do not add up to the shapes
   */
  async infer({ calls, data }: Questions, sender?: Sender): Promise<Answers> {
    const inputs = splitNumbers(
      calls.map((call) => call.inputs.map(({ shape }) => shape)),
      data,
    );
    const answered = await Promise.all(calls.map((call, i) => this.#answer(call, inputs[i]!, sender)));
    return {
      answers: answered.map(({ answer }) => answer),
      data: joinNumbers(answered.flatMap(({ outputs }) => outputs)),
    };
  }

  /** Registered versions of a name, or all: the champions first. */
  async models(name: string | null): Promise<{ models: InferenceModel[]; ready: boolean }> {
    const { served, records } = this.deps;
    await served.knowChampions();
    const rows = await records.versions.listTensors(name ?? undefined);
    const places = new Map(served.champions.map((champion, place) => [referenceText(champion), place]));
    const models = rows.map(({ name, version, status, inputs, outputs }) => ({
      ...{ name, version, status, inputs, outputs },
      champion: places.has(referenceText({ name, version })),
      ...served.stateOf({ name, version }),
    }));
    const place = (model: ModelReference) => places.get(referenceText(model)) ?? Infinity;
    models.sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
    return { models, ready: served.isReady };
  }

  /** @throws AppError caller model.not_found when a version is named that is not registered */
  async statistics(name: string | null, version: number | null): Promise<ModelStatisticsReply> {
    if (name !== null) await this.#requireRegistered(name, version);
    const model_stats = this.deps.served.statistics
      .map(({ reference, statistics }) => statistics.report(parseModelReference(reference)))
      .filter((stats) => name === null || stats.name === name)
      .filter((stats) => version === null || stats.version === String(version));
    return { model_stats };
  }

  /**
   * Has every instance serve a version until it is unloaded.
   *
   * @param request version null: the champion's if the name is the champion's, else the newest that is registered
   * @throws AppError caller model.not_found; model.conflict when so many are loaded; transient
   *   forecast.model_not_ready when it cannot be loaded
   */
  async load({ name, version, actor }: LoadRequest): Promise<{ name: string; versions: number[] }> {
    const { served, records, events, maxLoaded } = this.deps;
    await served.knowChampions();
    const wanted = await this.#wantedToLoad(name, version);
    const outcome = served.isChampion(wanted)
      ? 'known'
      : await records.loads.add({ ...wanted, actor, at: records.clock.now() }, maxLoaded);
    if (outcome === 'full') {
      throw conflict(`${maxLoaded} versions are loaded already; unload one of them first`);
    }
    try {
      await served.open(wanted);
    } catch (error) {
      if (outcome === 'added') await records.loads.remove(wanted);
      throw error;
    }
    await events.publish('model.loads_changed', { ...wanted, loaded: true });
    return { name, versions: [wanted.version] };
  }

  /**
   * Takes a version away from inference, on every instance; what is not loaded is left as it is.
   *
   * @param request version null: all versions of the name that are loaded
   * @throws AppError caller model.not_found; model.conflict when it is a champion
   */
  async unload({ name, version }: LoadRequest): Promise<{ name: string; versions: number[] }> {
    const { served, records, events } = this.deps;
    await served.knowChampions();
    await this.#requireRegistered(name, version);
    const isMeant = (model: ModelReference) =>
      model.name === name && (version === null || model.version === version);
    const champion = served.champions.find(isMeant);
    if (champion) {
      throw conflict(
        `${referenceText(champion)} is champion and stays loaded; promote another version first, or name a version to unload`,
      );
    }
    const loaded = (await records.loads.list()).filter(isMeant);
    for (const reference of loaded) {
      await records.loads.remove(reference);
      served.drop(reference);
      await events.publish('model.loads_changed', { ...reference, loaded: false });
    }
    return { name, versions: loaded.map((reference) => reference.version) };
  }

  async #answer(
    call: InferenceCall,
    inputs: readonly Float64Array[],
    sender: Sender | undefined,
  ): Promise<Answered> {
    const bytes = inputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
    try {
      if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) throw busy();
      this.#waitingBytes += bytes;
      try {
        return await this.#ask(call, inputs, sender);
      } finally {
        this.#waitingBytes -= bytes;
      }
    } catch (error) {
      return { answer: this.#refusal(call, toAppError(error)), outputs: [] };
    }
  }

  /** As between services in general: of a bug nothing but its code leaves the process. */
  #refusal(call: InferenceCall, error: AppError): InferenceAnswer {
    const { kind, code, message } = error;
    if (kind !== 'bug') return { ok: false, kind, code, message };
    this.deps.watch.failed({ name: call.model, version: call.version ?? 0 }, error);
    return { ok: false, kind, code, message: 'internal error' };
  }

  async #ask(
    call: InferenceCall,
    given: readonly Float64Array[],
    sender: Sender | undefined,
  ): Promise<Answered> {
    const { served } = this.deps;
    const target: ServedModel =
      served.atHand(call.model, call.version) ?? (await served.get(call.model, call.version));
    const { manifest } = target.model;
    const { rows, inputs, outputs } = checkQuestion(manifest, call);
    const { deadline, priority } = call;
    const mine = inputs.map((i) => given[i]!);
    const all = await target.batcher.ask({ rows, inputs: mine, deadline, priority, sender });
    return {
      answer: {
        ok: true,
        model: manifest.name,
        version: manifest.version,
        outputs: outputs.map((i) => {
          const { name, shape } = manifest.outputs[i]!;
          return { name, shape: shape.map((size) => (size === 'N' ? rows : size)) };
        }),
      },
      outputs: outputs.map((i) => all[i]!),
    };
  }

  async #wantedToLoad(name: string, version: number | null): Promise<ModelReference> {
    const { served, records } = this.deps;
    if (version !== null) {
      await this.#requireRegistered(name, version);
      return { name, version };
    }
    const newest = await records.versions.findNewest(name);
    if (newest === null) throw unknown(name, null);
    return served.champions.find((model) => model.name === name) ?? { name, version: newest };
  }

  async #requireRegistered(name: string, version: number | null): Promise<void> {
    const { versions } = this.deps.records;
    const found =
      version === null ? await versions.findNewest(name) : await versions.findDigest(name, version);
    if (found === null) throw unknown(name, version);
  }
}

function conflict(message: string): AppError {
  return new AppError('caller', 'model.conflict', message);
}

function busy(): AppError {
  return new AppError(
    'transient',
    'inference.busy',
    'more is being asked than can be computed at the moment; try again in a moment',
    { retryAfterSeconds: 1 },
  );
}
