export interface HealthReport {
  readonly ready: boolean;
  readonly draining: boolean;
  /** Name of each check and `ok` or what failed. */
  readonly checks: Readonly<Record<string, string>>;
  /** What an operator should know although the process works; absent when there is nothing. */
  readonly notes?: readonly string[];
}

const CHECK_TIMEOUT_MS = 2_000;

type Check = () => Promise<void>;

/**
 * Whether this process should get work. Ready means: started (`setReady(true)`), not draining, and every
 * check passes within two seconds. Alive is another question, answered by answering at all.
 */
export class HealthRegistry {
  readonly #checks = new Map<string, Check>();
  readonly #watched = new Map<string, WatchedCheck>();
  readonly #notes: (() => readonly string[])[] = [];
  #started = false;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** The check rejects while the thing is not usable; its message is shown on the internal port. */
  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /**
   * The same for what this process does without for a while, and what all others miss together with it: it is shown, as
   * it was last, but keeps nobody from sending work. Were it to, all would be taken out at once when it goes.
   */
  watch(name: string, check: Check): void {
    this.#watched.set(name, new WatchedCheck(check));
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
      checks: { ...Object.fromEntries(entries), ...this.#lastSeen() },
      ...(notes.length > 0 ? { notes } : {}),
    };
  }

  #lastSeen(): Record<string, string> {
    return Object.fromEntries([...this.#watched].map(([name, check]) => [name, check.lastOutcome()]));
  }
}

/** Looks again whenever somebody asks, and lets nobody wait for it. */
class WatchedCheck {
  #last = 'ok';
  #looking = false;

  constructor(private readonly check: Check) {}

  lastOutcome(): string {
    if (!this.#looking) void this.#look();
    return this.#last;
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#last = await outcomeOf(this.check);
    this.#looking = false;
  }
}

async function outcomeOf(check: Check): Promise<string> {
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
