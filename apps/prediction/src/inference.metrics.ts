import { LOGGER, Metrics, type Logger } from '@btcforecast/platform';
import {
  referenceText,
  type InferenceWatch,
  type ModelReference,
  type RunReport,
} from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';

/** Seconds; a run of one row takes some ten microseconds. */
const BUCKETS = [0.00002, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Counts and logs what inference does; histograms, so that instances can be added up. Per model: `…/stats`. */
@Injectable()
export class InferenceMetrics implements InferenceWatch {
  readonly #queue;
  readonly #run;
  readonly #rows;
  readonly #calls;
  readonly #failures;

  constructor(
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#queue = metrics.histogram(
      'inference_queue_seconds',
      'How long a request waited for its run',
      [],
      BUCKETS,
    );
    this.#run = metrics.histogram('inference_run_seconds', 'One run of a graph', [], BUCKETS);
    this.#rows = metrics.histogram('inference_run_rows', 'Rows of one run', [], SIZES);
    this.#calls = metrics.histogram('inference_run_requests', 'Requests that shared one run', [], SIZES);
    this.#failures = metrics.counter(
      'inference_failures_total',
      'Sound requests that failed, and versions that could not be loaded for inference',
    );
  }

  waited(seconds: number): void {
    this.#queue.observe(seconds);
  }

  ran({ rows, calls, runSeconds }: RunReport): void {
    this.#run.observe(runSeconds);
    this.#rows.observe(rows);
    this.#calls.observe(calls);
  }

  failed(model: ModelReference, error: Error): void {
    this.#failures.inc();
    this.logger.error({ model: referenceText(model), err: error }, 'inference failed');
  }
}
