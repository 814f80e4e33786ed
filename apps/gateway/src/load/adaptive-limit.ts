/** What was seen since the last look, of requests that count against the limit. */
export interface LoadSample {
  /** How late the event loop is, milliseconds. */
  readonly delayMs: number;
  /** Most requests being answered at the same time. */
  readonly peak: number;
  /** Mean time to answer those that ended, milliseconds; undefined: none did. */
  readonly latencyMs: number | undefined;
}

export interface AdaptiveLimitOptions {
  /** The loop may be so late before the limit falls, milliseconds. */
  readonly maxDelayMs: number;
  readonly min: number;
  readonly max: number;
}

/** The limit falls to this part at each look while the loop is late. */
const DECREASE = 0.7;
/** Latency may double before it counts as a queue. */
const TOLERANCE = 2;
/** So many milliseconds more are no queue either: short latencies double by chance. */
const NOISE_MS = 10;
/** Weight of a look in the long average, while there is no queue: a small lasting change is normal after a minute. */
const CALM_WEIGHT = 1 / 600;
/** While there may be one: it must not become normal, but a service that has become slower has, after half an hour. */
const BUSY_WEIGHT = 1 / 20_000;

/**
 * How many requests may be answered at the same time. By Little's law more of them than throughput × latency only wait:
 * so it rises by its square root while all of it is used and latency stays what it was, falls as latency rises above
 * that, and falls at once while the event loop is late. Rising slowly after falling fast is what keeps it from swinging.
 *
 * @see Netflix concurrency-limits, Gradient2; TCP Vegas
 */
export class AdaptiveLimit {
  #limit: number;
  #longMs: number | undefined;

  constructor(private readonly options: AdaptiveLimitOptions) {
    this.#limit = options.max;
  }

  get value(): number {
    return this.#limit;
  }

  /** To be called at even intervals. */
  look(sample: LoadSample): void {
    const { min, max } = this.options;
    this.#limit = Math.round(Math.min(max, Math.max(min, this.#next(sample))));
    const { latencyMs, peak } = sample;
    if (latencyMs === undefined) return;
    // A queue grows behind a limit that is far too high as well, before half of that is used.
    const isCalm = peak * 2 < this.#limit && this.#gradient(latencyMs) === 1;
    const weight = isCalm ? CALM_WEIGHT : BUSY_WEIGHT;
    this.#longMs =
      this.#longMs === undefined ? latencyMs : this.#longMs + (latencyMs - this.#longMs) * weight;
  }

  #next({ delayMs, peak, latencyMs }: LoadSample): number {
    if (delayMs >= this.options.maxDelayMs) return this.#limit * DECREASE;
    // Of a limit that is not used nothing can be learnt; it is given back.
    if (peak * 2 < this.#limit) return this.#limit + Math.max(1, this.#limit / 10);
    const gradient = this.#gradient(latencyMs);
    return gradient < 1 ? this.#limit * gradient : this.#limit + Math.sqrt(this.#limit);
  }

  /** 1 while requests take as long as they did; less as they take longer, never below one half. */
  #gradient(latencyMs: number | undefined): number {
    if (latencyMs === undefined || this.#longMs === undefined) return 1;
    if (latencyMs <= this.#longMs * TOLERANCE + NOISE_MS) return 1;
    return Math.max(0.5, (this.#longMs * TOLERANCE + NOISE_MS) / latencyMs);
  }
}
