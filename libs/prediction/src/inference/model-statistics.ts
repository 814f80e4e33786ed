import type { ModelStatistics, StatisticDuration } from '@btcforecast/contracts';
import type { ModelReference } from '../models/model-files.js';

type Sum = { count: number; ms: number };
const STEPS = ['compute_input', 'compute_infer', 'compute_output'] as const;
type Step = (typeof STEPS)[number];
/** How long each step of a run took, ms. */
export type StepTimes = Readonly<Record<Step, number>>;

const NS_PER_MS = 1e6;
const NONE: StatisticDuration = { count: 0, ns: 0 };

/** Sums over all that was asked of one version since this process started. Times in, ms; times out, ns. */
export class Statistics {
  readonly #requests = { success: zero(), fail: zero(), queue: zero(), ...steps() };
  readonly #batches = new Map<number, Record<Step, Sum>>();
  #lastAt = 0;
  #rows = 0;
  #runs = 0;

  /** A request was answered by a run; `waitedMs` before it, `tookMs` all together. */
  answered(rows: number, waitedMs: number, tookMs: number, times: StepTimes): void {
    this.#rows += rows;
    add(this.#requests.success, tookMs);
    add(this.#requests.queue, waitedMs);
    for (const step of STEPS) add(this.#requests[step], times[step]);
  }

  failed(tookMs: number): void {
    add(this.#requests.fail, tookMs);
  }

  /** @param at wall time, ms */
  asked(at: number): void {
    this.#lastAt = at;
  }

  ran(rows: number, times: StepTimes): void {
    this.#runs += 1;
    let batch = this.#batches.get(rows);
    if (!batch) this.#batches.set(rows, (batch = steps()));
    for (const step of STEPS) add(batch[step], times[step]);
  }

  report({ name, version }: ModelReference): ModelStatistics {
    const { success, fail, queue, ...compute } = this.#requests;
    return {
      name,
      version: String(version),
      last_inference: this.#lastAt,
      inference_count: this.#rows,
      execution_count: this.#runs,
      inference_stats: {
        success: duration(success),
        fail: duration(fail),
        queue: duration(queue),
        ...durations(compute),
        cache_hit: NONE,
        cache_miss: NONE,
      },
      batch_stats: [...this.#batches]
        .sort(([a], [b]) => a - b)
        .map(([batch_size, sums]) => ({ batch_size, ...durations(sums) })),
    };
  }
}

function zero(): Sum {
  return { count: 0, ms: 0 };
}

function steps(): Record<Step, Sum> {
  return { compute_input: zero(), compute_infer: zero(), compute_output: zero() };
}

function add(sum: Sum, ms: number): void {
  sum.count += 1;
  sum.ms += ms;
}

function duration({ count, ms }: Sum): StatisticDuration {
  return { count, ns: Math.round(ms * NS_PER_MS) };
}

function durations(sums: Readonly<Record<Step, Sum>>): Record<Step, StatisticDuration> {
  return {
    compute_input: duration(sums.compute_input),
    compute_infer: duration(sums.compute_infer),
    compute_output: duration(sums.compute_output),
  };
}
