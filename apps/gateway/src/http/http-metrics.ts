import { type Metrics, sampledTraceId, type TalliedHistogram, type Tally } from '@btcforecast/platform';

/** The buckets that OpenTelemetry's conventions give for http.server.request.duration, plus one for answers from memory. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

type Label = 'route' | 'method' | 'status';

/** Requests that are counted together. */
interface Kind {
  readonly method: string;
  readonly status: number;
  readonly tally: Tally<Label>;
  /** How many were told at the last scrape. */
  told: number;
}

/** Rate, errors and latency of the API. Routes are patterns, so the label set is closed. */
export class HttpMetrics {
  readonly #durations: TalliedHistogram<Label>;
  /** By route. */
  readonly #kinds = new Map<string, Kind[]>();
  #open = 0;

  constructor(metrics: Metrics) {
    const labels = ['route', 'method', 'status'] as const;
    metrics.counter('http_requests_total', 'Requests answered', labels, (counter) => {
      for (const kind of [...this.#kinds.values()].flat()) {
        const { tally, told } = kind;
        counter.inc({ ...tally.labels }, tally.count - told);
        kind.told = tally.count;
      }
    });
    this.#durations = metrics.tallied('http_request_duration_seconds', 'Time to answer a request', BUCKETS);
    metrics.gauge('http_requests_in_flight', 'Requests being answered', [], (gauge) => gauge.set(this.#open));
  }

  begin(): void {
    this.#open += 1;
  }

  end(route: string, method: string, status: number, elapsedMs: number): void {
    this.#open -= 1;
    this.#kindOf(route, method, status).tally.observe(elapsedMs / 1000, sampledTraceId());
  }

  /** Of a route there are few kinds: looking through them is cheaper than to put together what would name one. */
  #kindOf(route: string, method: string, status: number): Kind {
    const kinds = this.#kinds.get(route) ?? [];
    for (const kind of kinds) if (kind.status === status && kind.method === method) return kind;
    const tally = this.#durations.tally({ route, method, status: String(status) });
    const kind = { method, status, tally, told: 0 };
    this.#kinds.set(route, [...kinds, kind]);
    return kind;
  }
}
