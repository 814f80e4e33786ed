export interface HealthReport {
  readonly ready: boolean;
  readonly draining: boolean;
  /** Name of each check and `ok` or what failed. */
  readonly checks: Readonly<Record<string, string>>;
  /** What an operator should know although the process works; absent when there is nothing. */
  readonly notes?: readonly string[];
}

const CHECK_TIMEOUT_MS = 2_000;

/**
 * Whether this process should get work. Ready means: started (`setReady(true)`), not draining, and every
 * check passes within two seconds. Alive is another question, answered by answering at all.
 */
export class HealthRegistry {
  readonly #checks = new Map<string, () => Promise<void>>();
  readonly #notes: (() => readonly string[])[] = [];
  #started = false;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** The check rejects while the thing is not usable; its message is shown on the internal port. */
  add(name: string, check: () => Promise<void>): void {
    this.#checks.set(name, check);
  }

  /** Things to be shown on the internal port that do not make the process unready. */
  addNotes(notes: () => readonly string[]): void {
    this.#notes.push(notes);
  }

  setReady(ready: boolean): void {
    this.#started = ready;
  }

  /** Before shutdown: not ready any more, for ever. */
  setDraining(): void {
    this.#draining = true;
  }

  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await outcomeOf(check)] as const),
    );
    const allPass = entries.every(([, outcome]) => outcome === 'ok');
    const notes = this.#notes.flatMap((list) => list());
    return {
      ready: this.#started && !this.#draining && allPass,
      draining: this.#draining,
      checks: Object.fromEntries(entries),
      ...(notes.length > 0 ? { notes } : {}),
    };
  }
}

async function outcomeOf(check: () => Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check().then(() => 'ok'), timeout]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
