/**
 * Runs a task over and over, never two runs at once. Asking while it runs leads to one more run afterwards, however
 * often one asks: for work that looks at everything there is, that is enough.
 */
export class SerialRunner {
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #stopped = false;

  /** @param task must not reject; it logs its own failures */
  constructor(private readonly task: () => Promise<void>) {}

  /** Resolves when a run that began after this call has ended; at once when stopped. */
  trigger(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (!this.#current) return this.#run();
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      return this.#stopped ? undefined : this.#run();
    });
    return this.#next;
  }

  /** No new run begins; resolves when the one that is going on has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#current;
  }

  #run(): Promise<void> {
    this.#current = this.task().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }
}
