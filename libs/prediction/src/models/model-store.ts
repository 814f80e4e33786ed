import type { LoadedModel } from '@btcforecast/forecasting';
import { AppError } from '@btcforecast/platform';
import { isSameModel, referenceText } from '../registry/alias-move.js';
import { AliasLog } from './alias-log.js';
import type { AliasSchedule, Assignment } from './alias-schedule.js';
import { ChampionSettings } from './champion-settings.js';
import { ConfiguredChampion } from './configured-champion.js';
import { LoadedModels, type ModelLease } from './loaded-models.js';
import { parseModelReference, type ModelReference } from './model-files.js';
import type { ModelRecords } from './model-records.js';
import { modelNotFound } from './model-not-found.js';
import { guarded, ModelRunError } from './model-run.error.js';
import type { RegisteredFiles } from './model-version.repository.js';
import type { ModelWatch } from './model-watch.js';
import { currentRuntime, type Runtime } from './runtime.js';
import { registerShipped } from './shipped-models.js';

export interface ModelStoreOptions {
  readonly feed: string;
  /** Instruments that are forecast; their models are loaded ahead. */
  readonly instruments: readonly string[];
  /** Folder of the shipped models, `<name>/<version>`. */
  readonly folder: string;
  readonly settings: ChampionSettings;
  /** Makes a model of its bytes and proves it on its golden rows. */
  readonly open: (files: RegisteredFiles) => Promise<LoadedModel>;
  readonly watch: ModelWatch;
}

/** Origins that the same models are asked at. */
export interface OriginGroup extends Assignment {
  readonly instrument: string;
  /** ms, ascending. */
  readonly origins: readonly number[];
}

interface Failure {
  readonly at: number;
  readonly error: Error;
}

/** The newest origin that was asked for, who answered it and who was challenger. */
interface Answered {
  readonly origin: number;
  readonly by: ModelReference;
  readonly challenger: ModelReference | null;
}

/** What failed is left alone for so long, wall time, rather than tried at each forecast. */
const RETRY_AFTER_MS = 15_000;

/**
 * The models in memory. Who answers at an origin is read from the table of alias moves each time, so that all
 * instances switch at the same origin whatever they have heard; what is loaded ahead, beside the version that
 * answers, only makes the switch quick. A version that cannot be loaded, or fails, leaves its predecessor in charge.
 */
export class ModelStore {
  readonly runtime: Runtime = currentRuntime();
  readonly #loaded: LoadedModels;
  readonly #configured: ConfiguredChampion;
  readonly #failures = new Map<string, Failure>();
  /** By instrument. */
  readonly #answered = new Map<string, Answered>();
  readonly #aliases: AliasLog;

  private constructor(
    private readonly options: ModelStoreOptions,
    private readonly records: ModelRecords,
  ) {
    this.#loaded = new LoadedModels((reference) => this.#open(reference));
    this.#aliases = new AliasLog(records.aliases, options.feed);
    this.#configured = new ConfiguredChampion(options.settings, records.versions);
  }

  /**
   * Registers the shipped models and loads whoever answers now.
   *
   * @throws AppError caller config.invalid when a model of the configuration is missing, damaged or not what its
   *   manifest says, or the database knows it with other bytes
   */
  static async open(options: ModelStoreOptions, records: ModelRecords): Promise<ModelStore> {
    const { folder, settings, watch } = options;
    const required = [settings.champion, settings.base];
    const shipped = { folder, required, registeredAt: records.clock.now() };
    for (const { model, error } of await registerShipped(shipped, records.versions, records.evaluations)) {
      watch.failed(parseModelReference(model), error);
    }
    const store = new ModelStore(options, records);
    await store.refresh();
    return store;
  }

  /** Versions in memory, `name@version`. */
  get loaded(): string[] {
    return this.#loaded.references;
  }

  /** Versions that should answer and cannot, and why. */
  get failing(): { model: string; reason: string }[] {
    return [...this.#failures].map(([model, { error }]) => ({ model, reason: error.message }));
  }

  /** Who answered the newest origin of each instrument that was asked about. */
  get answering(): ModelReference[] {
    return [...this.#answered.values()].map(({ by }) => by);
  }

  /** Who answers for the instruments that are served, at the newest origin or else from now on, and who is to come. */
  async line(): Promise<{ champions: ModelReference[]; coming: ModelReference[] }> {
    const schedule = await this.#aliases.read();
    const champions: ModelReference[] = [];
    const coming: ModelReference[] = [];
    for (const instrument of this.options.instruments) {
      const answered = this.#answered.get(instrument);
      const configured = await this.#configured.of(instrument);
      champions.push(answered?.by ?? schedule.at(instrument, Infinity, configured).champion);
      coming.push(...schedule.after(instrument, answered?.origin ?? Infinity));
    }
    return { champions, coming };
  }

  /** Who holds what at an origin. */
  async assignmentAt(instrument: string, origin: number): Promise<Assignment> {
    const schedule = await this.#aliases.read();
    return schedule.at(instrument, origin, await this.#configured.of(instrument));
  }

  /** The origins by who is to answer them; neighbours with the same models stay together. */
  async plan(instrument: string, origins: readonly number[]): Promise<OriginGroup[]> {
    return this.#plan(await this.#aliases.read(), instrument, origins);
  }

  /** The same by the moves that were read last, for while nobody can read any: a move comes two origins ahead. */
  async planAsKnown(instrument: string, origins: readonly number[]): Promise<OriginGroup[]> {
    return this.#plan(this.#aliases.known, instrument, origins);
  }

  async #plan(schedule: AliasSchedule, instrument: string, origins: readonly number[]): Promise<OriginGroup[]> {
    const configured = await this.#configured.of(instrument);
    const groups: (OriginGroup & { origins: number[] })[] = [];
    for (const origin of origins) {
      const assignment = schedule.at(instrument, origin, configured);
      const group = groups.at(-1);
      if (group && isSameAssignment(group, assignment)) group.origins.push(origin);
      else groups.push({ ...assignment, instrument, origins: [origin] });
    }
    return groups;
  }

  /**
   * Has the champion of a group do some work; when it cannot be loaded, or fails at it, its predecessor does.
   *
   * @throws AppError transient forecast.model_not_ready when all fail; whatever else the work throws
   */
  async withChampion<T>(group: OriginGroup, work: (model: LoadedModel) => Promise<T>): Promise<T> {
    let last: unknown;
    for (const reference of [group.champion, ...group.fallbacks]) {
      try {
        const result = await this.use(reference, work);
        this.#note(group, reference);
        return result;
      } catch (error) {
        if (!(error instanceof ModelRunError)) throw error;
        last = error.cause;
      }
    }
    throw new AppError(
      'transient',
      'forecast.model_not_ready',
      `no model of ${group.instrument} can answer, neither ${referenceText(group.champion)} nor one before it; it is ` +
        'tried again by itself, see the log for the reasons',
      { instrument: group.instrument },
      { cause: last },
    );
  }

  /**
   * Has any registered version do some work; it stays in memory until then at least.
   *
   * @throws ModelRunError when the model cannot be loaded, or failed; whatever else the work throws
   */
  async use<T>(reference: ModelReference, work: (model: LoadedModel) => Promise<T>): Promise<T> {
    const lease = await this.#lease(reference);
    try {
      return await work(guarded(lease.model));
    } catch (error) {
      if (error instanceof ModelRunError) this.#fail(reference, error.cause);
      throw error;
    } finally {
      lease.end();
    }
  }

  /**
   * Reads the moves again, loads what will be wanted and lets go of what no longer is; never rejects because of a model.
   *
   * @throws AppError transient database.unavailable
   */
  async refresh(): Promise<void> {
    const wanted = await this.#wanted(await this.#aliases.read());
    const references = new Map(wanted.map((reference) => [referenceText(reference), reference]));
    for (const model of this.#failures.keys()) if (!references.has(model)) this.#failures.delete(model);
    for (const reference of references.values()) {
      await this.#lease(reference).then(
        (lease) => lease.end(),
        () => {}, // told by #fail; whoever is asked meanwhile is its predecessor
      );
    }
    this.#loaded.keepOnly(new Set(references.keys()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#loaded.close();
  }

  /** Who answers now, and who will. */
  async #wanted(schedule: AliasSchedule): Promise<ModelReference[]> {
    const instruments = new Set([...this.options.instruments, ...this.#answered.keys()]);
    const wanted: ModelReference[] = [];
    for (const instrument of instruments) {
      const answered = this.#answered.get(instrument);
      const origin = answered?.origin ?? Infinity;
      const configured = await this.#configured.of(instrument);
      const { champion, fallbacks, challenger } = schedule.at(instrument, origin, configured);
      wanted.push(champion, ...schedule.after(instrument, origin));
      if (challenger) wanted.push(challenger);
      // The predecessor stays while the champion cannot answer.
      if (this.#failures.has(referenceText(champion))) wanted.push(...fallbacks.slice(0, 1));
      if (answered) wanted.push(answered.by);
    }
    return wanted;
  }

  async #lease(reference: ModelReference): Promise<ModelLease> {
    const text = referenceText(reference);
    const failure = this.#failures.get(text);
    if (failure && this.records.clock.now() - failure.at < RETRY_AFTER_MS) throw new ModelRunError(failure.error);
    try {
      const lease = await this.#loaded.lease(text);
      this.#failures.delete(text);
      return lease;
    } catch (error) {
      this.#fail(reference, error as Error);
      throw new ModelRunError(error as Error);
    }
  }

  #fail(reference: ModelReference, error: Error): void {
    this.#failures.set(referenceText(reference), { at: this.records.clock.now(), error });
    this.options.watch.failed(reference, error);
  }

  async #open(reference: string): Promise<LoadedModel> {
    const model = parseModelReference(reference);
    const files = await this.records.versions.findFiles(model.name, model.version);
    if (files) return this.options.open(files);
    throw modelNotFound(model);
  }

  /** Remembers who answered the newest origin, and tells when that is another than before. */
  #note({ instrument, origins, challenger }: OriginGroup, by: ModelReference): void {
    const { watch } = this.options;
    const origin = origins.at(-1)!; // no group is empty
    const before = this.#answered.get(instrument);
    if (before && before.origin > origin) return; // an old one was made up for
    this.#answered.set(instrument, { origin, by, challenger });
    if (!before || !isSameModel(before.challenger, challenger)) {
      watch.assigned(instrument, 'challenger', challenger);
    }
    if (before && isSameModel(before.by, by)) return;
    watch.assigned(instrument, 'champion', by);
    if (before) watch.swapped(instrument, before.by, by);
  }
}

function isSameAssignment(a: Assignment, b: Assignment): boolean {
  return (
    isSameModel(a.champion, b.champion) &&
    isSameModel(a.challenger, b.challenger) &&
    isSameModel(a.canary, b.canary)
  );
}
