import { AppError } from '@btcforecast/platform';
import type { ModelReference } from '../models/model-files.js';
import type { ModelStore } from '../models/model-store.js';
import type { RegisteredFiles } from '../models/model-version.repository.js';
import { isSameModel, referenceText } from '../registry/alias-move.js';
import type { GraphModel } from './graph-model.js';
import type { InferenceRecords } from './inference-records.js';
import type { InferenceWatch } from './inference-watch.js';
import { ModelBatcher } from './model-batcher.js';
import { Statistics } from './model-statistics.js';

export interface ServedModelsDependencies {
  readonly store: Pick<ModelStore, 'answering' | 'line'>;
  readonly records: InferenceRecords;
  readonly watch: InferenceWatch;
  /** Makes a model of its bytes and proves it on its golden rows. */
  readonly open: (files: RegisteredFiles) => Promise<GraphModel>;
}

/** A version that can be asked. */
export interface ServedModel {
  readonly model: GraphModel;
  readonly batcher: ModelBatcher;
}

interface Entry {
  readonly reference: ModelReference;
  readonly opening: Promise<ServedModel>;
  served: ServedModel | undefined;
}

interface Failure {
  readonly at: number;
  readonly error: Error;
}

/** What could not be loaded is left alone for so long, wall time, rather than tried at each request. */
const RETRY_AFTER_MS = 15_000;

/**
 * The versions that inference may ask: the champions, and what was loaded. They have sessions of their own, apart from
 * those that forecasts are made with: whatever callers send, it can neither mark a champion as failed nor bring the
 * process of one down.
 */
export class ServedModels {
  readonly #entries = new Map<string, Entry>();
  readonly #failures = new Map<string, Failure>();
  readonly #statistics = new Map<string, Statistics>();
  /** Closing, with runs going on. */
  readonly #leaving = new Set<Promise<void>>();
  #configured: readonly ModelReference[] = [];

  constructor(private readonly deps: ServedModelsDependencies) {}

  /** Who answers, of each instrument that is served; each version once. */
  get champions(): ModelReference[] {
    const all = [...this.deps.store.answering, ...this.#configured];
    return all.filter((model, i) => all.findIndex((other) => isSameModel(other, model)) === i);
  }

  /** Resolves when it is known who is champion. @throws AppError transient database.unavailable */
  async knowChampions(): Promise<void> {
    if (this.#configured.length === 0) this.#configured = (await this.deps.store.line()).champions;
  }

  isChampion(reference: ModelReference): boolean {
    return this.champions.some((champion) => isSameModel(champion, reference));
  }

  stateOf(reference: ModelReference): { state: 'ready' | 'loading' | 'unavailable'; reason: string } {
    const text = referenceText(reference);
    const entry = this.#entries.get(text);
    if (entry) return entry.served ? { state: 'ready', reason: '' } : { state: 'loading', reason: '' };
    const failure = this.#failures.get(text);
    return { state: 'unavailable', reason: failure ? failure.error.message : 'not loaded' };
  }

  /** Whether every champion can be asked. */
  get isReady(): boolean {
    return (
      this.champions.length > 0 && this.champions.every((model) => this.stateOf(model).state === 'ready')
    );
  }

  /** Of every version that could be asked since the start. */
  get statistics(): { readonly reference: string; readonly statistics: Statistics }[] {
    return [...this.#statistics].map(([reference, statistics]) => ({ reference, statistics }));
  }

  /** A version that can be asked at once; undefined when it has to be looked for. */
  atHand(name: string, version: number | null): ServedModel | undefined {
    const wanted = version === null ? this.#chosen(name) : { name, version };
    return wanted && this.#entries.get(referenceText(wanted))?.served;
  }

  /**
   * A version that can be asked; loads it when it is to be loaded and is not here yet.
   *
   * @param version null: the champion's if the name is the champion's, else the newest that can be asked
   * @throws AppError caller model.not_found, inference.not_loaded; transient forecast.model_not_ready, database.unavailable
   */
  async get(name: string, version: number | null): Promise<ServedModel> {
    await this.knowChampions();
    const wanted =
      version === null ? (this.#chosen(name) ?? (await this.#newestLoaded(name))) : { name, version };
    const entry = this.#entries.get(referenceText(wanted));
    if (entry) return this.#opened(entry);
    if (this.isChampion(wanted) || (await this.deps.records.loads.has(wanted))) return this.open(wanted);
    if ((await this.deps.records.versions.findDigest(wanted.name, wanted.version)) === null)
      throw unknown(name, version);
    throw notLoaded(referenceText(wanted));
  }

  /** Loads a version unless it is here. @throws AppError transient forecast.model_not_ready when it cannot be loaded */
  open(reference: ModelReference): Promise<ServedModel> {
    const text = referenceText(reference);
    const known = this.#entries.get(text);
    if (known) return this.#opened(known);
    const failure = this.#failures.get(text);
    if (failure && this.deps.records.clock.now() - failure.at < RETRY_AFTER_MS) {
      return Promise.reject(unready(text, failure.error));
    }
    const entry: Entry = { reference, opening: this.#load(reference), served: undefined };
    this.#entries.set(text, entry);
    entry.opening.then(
      (served) => {
        entry.served = served;
        this.#failures.delete(text);
      },
      (error: Error) => {
        if (this.#entries.get(text) === entry) this.#entries.delete(text);
        this.#failures.set(text, { at: this.deps.records.clock.now(), error });
        this.deps.watch.failed(reference, error);
      },
    );
    return this.#opened(entry);
  }

  /** Lets go of a version once what it has been asked is answered. */
  drop(reference: ModelReference): void {
    const text = referenceText(reference);
    const entry = this.#entries.get(text);
    this.#failures.delete(text);
    if (!entry) return;
    this.#entries.delete(text);
    const leaving: Promise<void> = entry.opening
      .then(async ({ model, batcher }) => {
        await batcher.whenIdle();
        await model.release();
      })
      .catch(() => {}) // it never loaded: there is nothing to give back
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /**
   * Reads who is champion and what is loaded, opens what is missing, lets go of the rest; never rejects because of a model.
   *
   * @throws AppError transient database.unavailable
   */
  async refresh(): Promise<void> {
    const before = [...this.#entries.values()]; // what comes in meanwhile was loaded by somebody and stays
    const { champions, coming } = await this.deps.store.line();
    this.#configured = champions;
    const wanted = [...this.champions, ...coming, ...(await this.deps.records.loads.list())];
    const names = new Set(wanted.map(referenceText));
    for (const { reference } of before) if (!names.has(referenceText(reference))) this.drop(reference);
    for (const text of this.#failures.keys()) if (!names.has(text)) this.#failures.delete(text);
    await Promise.allSettled(wanted.map((reference) => this.open(reference)));
  }

  async close(): Promise<void> {
    for (const { reference } of [...this.#entries.values()]) this.drop(reference);
    await Promise.all(this.#leaving);
  }

  /** The champion's version if the name is the champion's, else the newest that is here. */
  #chosen(name: string): ModelReference | undefined {
    const champion = this.champions.find((model) => model.name === name);
    if (champion) return champion;
    return [...this.#entries.values()]
      .filter(({ reference, served }) => reference.name === name && served)
      .map(({ reference }) => reference)
      .sort((a, b) => b.version - a.version)[0];
  }

  async #newestLoaded(name: string): Promise<ModelReference> {
    const loaded = (await this.deps.records.loads.list()).filter((model) => model.name === name);
    const newest = loaded.sort((a, b) => b.version - a.version)[0];
    if (newest) return newest;
    if ((await this.deps.records.versions.findNewest(name)) === null) throw unknown(name, null);
    throw notLoaded(name);
  }

  async #opened({ reference, opening }: Entry): Promise<ServedModel> {
    try {
      return await opening;
    } catch (error) {
      throw unready(referenceText(reference), error as Error);
    }
  }

  async #load(reference: ModelReference): Promise<ServedModel> {
    const files = await this.deps.records.versions.findFiles(reference.name, reference.version);
    if (!files) throw unknown(reference.name, reference.version);
    const model = await this.deps.open(files);
    const { records, watch } = this.deps;
    const statistics = this.#statisticsOf(referenceText(reference));
    const together = files.status !== 'uploaded';
    return { model, batcher: new ModelBatcher(model, { clock: records.clock, watch, statistics, together }) };
  }

  #statisticsOf(text: string): Statistics {
    let statistics = this.#statistics.get(text);
    if (!statistics) this.#statistics.set(text, (statistics = new Statistics()));
    return statistics;
  }
}

/** The name that was sent is not repeated. */
export function unknown(_name: string, version: number | null): AppError {
  const what = version === null ? 'model of this name' : `model of this name with a version ${version}`;
  return new AppError(
    'caller',
    'model.not_found',
    `there is no ${what}; POST /v2/repository/index lists them, and names are case-sensitive`,
  );
}

function notLoaded(what: string): AppError {
  return new AppError(
    'caller',
    'inference.not_loaded',
    `${what} is registered but not loaded; load it with POST /v2/repository/models/<name>/load, or ask the champion`,
  );
}

function unready(reference: string, cause: Error): AppError {
  if (cause instanceof AppError && cause.code === 'model.not_found') return cause;
  return new AppError(
    'transient',
    'forecast.model_not_ready',
    `${reference} cannot be loaded now; it is tried again by itself, see the log for the reason`,
    {},
    { cause },
  );
}
