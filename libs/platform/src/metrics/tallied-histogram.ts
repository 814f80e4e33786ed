import type { MetricValueWithName } from 'prom-client';

/** The last traced observation of a bucket, as OpenMetrics has it. */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export type TalliedValue = MetricValueWithName<string> & { readonly exemplar?: Exemplar };

export interface TalliedValues {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly values: TalliedValue[];
}

/** Observations under one set of labels. */
export class Tally<L extends string> {
  /** By bucket, each by itself; the last is of what is greater than all bounds. */
  readonly counts: number[];
  /** By bucket; empty while nothing is traced. */
  readonly exemplars: Exemplar[] = [];
  count = 0;
  sum = 0;

  constructor(
    readonly labels: Readonly<Record<L, string>>,
    private readonly bounds: readonly number[],
  ) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @param traceId of the trace to which the observation belongs, if it is kept */
  observe(value: number, traceId?: string): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.count += 1;
    this.sum += value;
    if (traceId !== undefined) {
      const timestamp = Date.now() / 1_000;
      this.exemplars[bucket] = { labelSet: { trace_id: traceId }, value, timestamp };
    }
  }
}

/**
 * A histogram for what happens tens of thousands of times a second: whoever observes keeps the {@link Tally} of its
 * labels, so that an observation is two additions. The client library looks the labels up each time, at twenty times
 * the cost. On a scrape it reads like any other.
 */
export class TalliedHistogram<L extends string> {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #tallies = new Map<string, Tally<L>>();

  constructor(
    readonly name: string,
    readonly help: string,
    /** Ascending. */
    private readonly bounds: readonly number[],
  ) {}

  /** One for each set of labels, which are always given in the same order. */
  tally(labels: Readonly<Record<L, string>>): Tally<L> {
    const key = Object.values(labels).join('\n');
    let tally = this.#tallies.get(key);
    if (!tally) this.#tallies.set(key, (tally = new Tally(labels, this.bounds)));
    return tally;
  }

  /** As the registry asks for it. */
  async get(): Promise<TalliedValues> {
    const { name, help, type, aggregator } = this;
    return {
      name,
      help,
      type,
      aggregator,
      values: [...this.#tallies.values()].flatMap((tally) => this.#valuesOf(tally)),
    };
  }

  reset(): void {
    this.#tallies.clear();
  }

  #valuesOf({ labels, counts, exemplars, count, sum }: Tally<L>): TalliedValue[] {
    let below = 0;
    const buckets = counts.map((inBucket, i) => {
      below += inBucket;
      const le = this.bounds[i] ?? '+Inf';
      const exemplar = exemplars[i];
      const value = { labels: { le, ...labels }, value: below, metricName: `${this.name}_bucket` };
      return exemplar ? { ...value, exemplar } : value;
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    ];
  }
}
