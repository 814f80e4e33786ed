import type { LoadedModel } from '@btcforecast/forecasting';

/** A model that stays in memory at least until `end` is called. */
export interface ModelLease {
  readonly model: LoadedModel;
  /** Calling it again does nothing. */
  end(): void;
}

interface Entry {
  readonly opening: Promise<LoadedModel>;
  users: number;
  /** Goes when its last user has ended. */
  retired: boolean;
}

/**
 * Models in memory, counted by their users: a version that is no longer wanted is released when the last run that uses
 * it has ended, not sooner, and a version is loaded once however many ask for it.
 */
export class LoadedModels {
  readonly #entries = new Map<string, Entry>();
  /** Retired, with runs going on. */
  readonly #leaving = new Set<Promise<void>>();

  /** @param open loads a version by its reference, `name@version` */
  constructor(private readonly open: (reference: string) => Promise<LoadedModel>) {}

  /** Those in memory, or about to be. */
  get references(): string[] {
    return [...this.#entries.keys()];
  }

  has(reference: string): boolean {
    return this.#entries.has(reference);
  }

  /** Loads the model unless it is there. Rejects as `open` does; the next call then tries again. */
  async lease(reference: string): Promise<ModelLease> {
    const entry = this.#entries.get(reference) ?? this.#add(reference);
    entry.users += 1;
    try {
      const model = await entry.opening;
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        this.#leave(entry);
      };
      return { model, end };
    } catch (error) {
      entry.users -= 1;
      throw error;
    }
  }

  /** Retires all others; each is released once nobody uses it. */
  keepOnly(wanted: ReadonlySet<string>): void {
    for (const [reference, entry] of this.#entries) {
      if (wanted.has(reference)) continue;
      this.#entries.delete(reference);
      entry.retired = true;
      if (entry.users === 0) this.#release(entry);
    }
  }

  /** Resolves when all are released; whoever uses one must have ended. */
  async close(): Promise<void> {
    this.keepOnly(new Set());
    while (this.#leaving.size > 0) await Promise.all(this.#leaving);
  }

  #add(reference: string): Entry {
    const entry: Entry = { opening: this.open(reference), users: 0, retired: false };
    this.#entries.set(reference, entry);
    entry.opening.catch(() => {
      if (this.#entries.get(reference) === entry) this.#entries.delete(reference);
    });
    return entry;
  }

  #leave(entry: Entry): void {
    entry.users -= 1;
    if (entry.users === 0 && entry.retired) this.#release(entry);
  }

  #release(entry: Entry): void {
    const leaving: Promise<void> = entry.opening
      .then((model) => model.release())
      .catch(() => {}) // it never loaded, or is gone already: either way its memory is free
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}
