import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { INFERENCE_MAX_ROWS } from '@btcforecast/contracts';
import { AppError, isAppError, type Clock } from '@btcforecast/platform';
import { SessionFailure, type TensorData } from '../registry/isolated-session.js';
import type { GraphModel } from './graph-model.js';
import type { InferenceWatch } from './inference-watch.js';
import { Statistics, type StepTimes } from './model-statistics.js';

/** Rows of one caller. */
export interface Rows {
  readonly rows: number;
  /** One for each input of the manifest, in its order, row-major. */
  readonly inputs: readonly Float64Array[];
  /** Wall time, ms: nobody waits any longer. */
  readonly deadline: number;
  /** Lower goes first. */
  readonly priority: number;
  /** Whoever sent them; they are not run when it has gone. */
  readonly sender?: { readonly isWanted: boolean } | undefined;
}

interface Waiting extends Rows {
  readonly since: number;
  readonly resolve: (outputs: readonly Float64Array[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions {
  readonly clock: Clock;
  readonly watch: InferenceWatch;
  readonly statistics: Statistics;
  /**
   * Whether rows of several callers may share a run. Not for graphs that are not trusted: what brings their process
   * down must hit its sender alone.
   */
  readonly together: boolean;
}

/** Rows of one run. A single call may have as many. */
const MAX_ROWS = INFERENCE_MAX_ROWS;

/**
 * Gathers what many callers ask of one model into few runs: whatever has arrived by the end of this turn of the event
 * loop, or while a run is busy. Nothing waits for company. A run that fails is tried again in halves, so that rows that
 * the graph cannot compute fail their own caller and no other; what nobody waits for any more never runs.
 */
export class ModelBatcher {
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(
    private readonly model: GraphModel,
    private readonly options: BatcherOptions,
  ) {}

  /**
   * The outputs for the rows of a caller, in the order of the manifest.
   *
   * @throws AppError transient rpc.deadline_exceeded when it was not its turn in time, caller inference.failed when the
   *   graph cannot compute these rows; transient forecast.model_not_ready as an isolated model does
   */
  ask(rows: Rows): Promise<readonly Float64Array[]> {
    this.options.statistics.asked(this.options.clock.now());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...rows, since: performance.now(), resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing waits or runs. */
  async whenIdle(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    do {
      await nextTurn(); // others who arrive in this turn come along
      const batch = this.#take();
      if (batch.length > 0) await this.#run(batch);
    } while (this.#waiting.length > 0);
    this.#draining = undefined;
  }

  /** The next run: by priority, then by arrival. */
  #take(): Waiting[] {
    this.#refuseUnwanted();
    if (this.#waiting.some(({ priority }) => priority !== this.#waiting[0]!.priority)) {
      this.#waiting.sort((a, b) => a.priority - b.priority); // keeps the order of equals
    }
    let rows = 0;
    let calls = 0;
    for (const call of this.#waiting) {
      rows += call.rows;
      if (calls > 0 && (rows > MAX_ROWS || !this.options.together)) break;
      calls += 1;
    }
    return this.#waiting.splice(0, calls);
  }

  #refuseUnwanted(): void {
    const now = this.options.clock.now();
    const isWanted = ({ deadline, sender }: Waiting) => deadline > now && sender?.isWanted !== false;
    if (this.#waiting.every(isWanted)) return;
    for (const call of this.#waiting.splice(0)) {
      if (isWanted(call)) this.#waiting.push(call);
      else this.#refuse(call, expired());
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const start = performance.now();
    const rows = batch.reduce((sum, call) => sum + call.rows, 0);
    const feeds = this.#feedsOf(batch, rows);
    const fed = performance.now();
    let outputs: readonly TensorData[];
    try {
      outputs = await this.model.run(feeds);
    } catch (error) {
      return this.#runFailed(batch, error);
    }
    const ran = performance.now();
    const perCall = this.#shares(batch, outputs, rows);
    const end = performance.now();
    const times = { compute_input: fed - start, compute_infer: ran - fed, compute_output: end - ran };
    this.#record(batch, rows, { start, end, times });
    for (const [i, call] of batch.entries()) call.resolve(perCall[i]!);
  }

  async #runFailed(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length > 1) {
      const half = batch.length >> 1;
      await this.#run(batch.slice(0, half));
      return this.#run(batch.slice(half));
    }
    const failure = failureOf(error, this.model.manifest);
    if (failure.code !== 'inference.failed') this.options.watch.failed(this.model.manifest, failure);
    this.#refuse(batch[0]!, failure);
  }

  /** Rows laid end to end; those of a single caller as they are. */
  #feedsOf(batch: readonly Waiting[], rows: number): TensorData[] {
    return this.model.manifest.inputs.map(({ name, shape }, input) => {
      const dims = shape.map((size) => (size === 'N' ? rows : size));
      if (batch.length === 1) return { name, dims, data: batch[0]!.inputs[input]! };
      const data = new Float64Array(dims.reduce((product, size) => product * size, 1));
      let at = 0;
      for (const { inputs } of batch) {
        data.set(inputs[input]!, at);
        at += inputs[input]!.length;
      }
      return { name, dims, data };
    });
  }

  /** To each caller its own rows of each output. */
  #shares(batch: readonly Waiting[], outputs: readonly TensorData[], rows: number): Float64Array[][] {
    let first = 0;
    return batch.map((call) => {
      const from = first;
      first += call.rows;
      return outputs.map(({ data }) => {
        const width = data.length / rows;
        return data.subarray(from * width, first * width);
      });
    });
  }

  #record(
    batch: readonly Waiting[],
    rows: number,
    { start, end, times }: { start: number; end: number; times: StepTimes },
  ): void {
    const { statistics, watch } = this.options;
    statistics.ran(rows, times);
    watch.ran({ rows, calls: batch.length, runSeconds: times.compute_infer / 1_000 });
    for (const call of batch) {
      statistics.answered(call.rows, start - call.since, end - call.since, times);
      watch.waited((start - call.since) / 1_000);
    }
  }

  #refuse({ since, reject }: Waiting, error: AppError): void {
    this.options.statistics.failed(performance.now() - since);
    reject(error);
  }
}

function expired(): AppError {
  return new AppError(
    'transient',
    'rpc.deadline_exceeded',
    'nobody waited any more when it was the turn of this request, so it was not run; try again, or allow more time',
  );
}

/** A graph that refuses some numbers is no fault of ours; a process that went away is nobody's for now. */
function failureOf(error: unknown, { name, version }: GraphModel['manifest']): AppError {
  const cause = isAppError(error) ? error.cause : error;
  const refused = cause instanceof SessionFailure ? cause.kind === 'runtime' : !isAppError(error);
  if (!refused) return error as AppError;
  return new AppError(
    'caller',
    'inference.failed',
    `the graph of ${name}@${version} cannot compute these rows: some numbers lie outside what it was made for; see its ` +
      'model card for what each input means',
    {},
    { cause: error },
  );
}
