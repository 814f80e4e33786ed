const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 600_000;
/** Remembered at most; beyond that the oldest are forgotten and merely tried again sooner. */
const MAX_REMEMBERED = 10_000;

interface Failure {
  readonly pauseMs: number;
  readonly retryAt: number;
}

/**
 * Which origins have failed and when to try them again. What is missing today may be repaired tomorrow, so none is
 * given up, but none may cost a query every few seconds either: the pause doubles from 2 s to 10 minutes.
 */
export class RetryLater {
  readonly #failures = new Map<number, Failure>();

  /** @param nowMs wall time; @returns true the first time that this origin fails */
  failed(origin: number, nowMs: number): boolean {
    const before = this.#failures.get(origin);
    const pauseMs = before ? Math.min(LONGEST_PAUSE_MS, before.pauseMs * 2) : FIRST_PAUSE_MS;
    this.#failures.set(origin, { pauseMs, retryAt: nowMs + pauseMs });
    if (this.#failures.size > MAX_REMEMBERED) this.#forgetOldest();
    return !before;
  }

  succeeded(origin: number): void {
    this.#failures.delete(origin);
  }

  isDue(origin: number, nowMs: number): boolean {
    return (this.#failures.get(origin)?.retryAt ?? 0) <= nowMs;
  }

  #forgetOldest(): void {
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }
}
