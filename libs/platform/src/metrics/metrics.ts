import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type Metric,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import { TalliedHistogram } from './tallied-histogram.js';

/** Labels that every series of a process carries. */
export interface MetricsLabels {
  readonly service: string;
  readonly region: string;
}

/** Seconds; fine below 10 ms because that is where answers from memory lie. */
export const LATENCY_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * The metrics of one process, in a registry of its own. Asking twice for one name gives the same metric, so
 * that a class may declare what it needs. Names: `forecast_<what>_<unit>[_total]`; seconds and bytes; label
 * values from closed sets only.
 */
export class Metrics {
  readonly registry = new Registry();

  constructor(private readonly labels: MetricsLabels) {
    this.registry.setDefaultLabels({ ...labels });
    collectDefaultMetrics({ register: this.registry });
  }

  /** All of them as OpenMetrics text, the one form that has a place for exemplars. */
  openMetrics(): Promise<string> {
    const open = new Registry<OpenMetricsContentType>();
    open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    open.setDefaultLabels({ ...this.labels });
    for (const metric of this.registry.getMetricsAsArray() as unknown as Metric[]) {
      // The client library takes `_total` from the name of a counter for good: it gets one that it may rename.
      open.registerMetric(metric instanceof Counter ? (Object.create(metric) as Metric) : metric);
    }
    return open.metrics();
  }

  /** `collect` is asked at each scrape: what is counted thousands of times a second is cheaper to add up there. */
  counter<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (counter: Counter<L>) => void,
  ): Counter<L> {
    return this.#once(
      name,
      () =>
        new Counter<L>({
          name,
          help,
          labelNames,
          registers: [this.registry],
          ...(collect
            ? {
                collect(this: Counter<L>) {
                  return collect(this);
                },
              }
            : {}),
        }),
    );
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    buckets: readonly number[] = LATENCY_BUCKETS,
  ): Histogram<L> {
    return this.#once(
      name,
      () => new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] }),
    );
  }

  /** For what happens so often that {@link histogram} would be dear, or whose buckets are to name a trace. */
  tallied<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[] = LATENCY_BUCKETS,
  ): TalliedHistogram<L> {
    return this.#once(name, () => {
      const histogram = new TalliedHistogram<L>(name, help, buckets);
      // Of a metric the registry asks for no more than this has; its type names one class for each kind.
      this.registry.registerMetric(histogram as unknown as Metric);
      return histogram;
    });
  }

  /** `collect` is asked at each scrape, for values that are read rather than counted. */
  gauge<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L> {
    return this.#once(
      name,
      () =>
        new Gauge<L>({
          name,
          help,
          labelNames,
          registers: [this.registry],
          ...(collect
            ? {
                collect(this: Gauge<L>) {
                  return collect(this);
                },
              }
            : {}),
        }),
    );
  }

  #once<M>(name: string, create: () => M): M {
    return (this.registry.getSingleMetric(name) as M | undefined) ?? create();
  }
}
