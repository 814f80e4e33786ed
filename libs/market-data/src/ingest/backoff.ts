/** Pauses between attempts: doubling, at most `maxMs`, up to half of each random so that many do not come at once. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
  ) {}

  /** @param atLeastMs what the other side asked for, e.g. by Retry-After */
  next(atLeastMs = 0): number {
    const full = Math.min(this.maxMs, this.firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.max(atLeastMs, full * (0.5 + Math.random() / 2));
  }

  reset(): void {
    this.#attempts = 0;
  }
}

/** How long the other side asked us to stay away, ms; 0 when it did not. */
export function retryAfterMs(error: unknown): number {
  const details = (error as { details?: Readonly<Record<string, unknown>> }).details;
  const seconds = Number(details?.['retryAfterSeconds']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}
