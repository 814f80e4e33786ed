import type { Metrics } from '@btcforecast/platform';
import type { Gauge, Histogram } from 'prom-client';

/** The buckets that OpenTelemetry's conventions give for http.server.request.duration, plus one for answers from memory. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

type Label = 'route' | 'method' | 'status';

/** Requests that are counted together. */
interface Kind {
  readonly labels: Record<Label, string>;
  /** Since the last scrape. */
  requests: number;
}

/** Rate, errors and latency of the API. Routes are patterns, so the label set is closed. */
export class HttpMetrics {
  readonly #durations: Histogram<Label>;
  readonly #inFlight: Gauge;
  readonly #kinds = new Map<string, Kind>();
  #open = 0;

  constructor(metrics: Metrics) {
    const labels = ['route', 'method', 'status'] as const;
    metrics.counter('http_requests_total', 'Requests answered', labels, (counter) => {
      for (const kind of this.#kinds.values()) {
        counter.inc(kind.labels, kind.requests);
        kind.requests = 0;
      }
    });
    this.#durations = metrics.histogram(
      'http_request_duration_seconds',
      'Time to answer a request',
      labels,
      BUCKETS,
    );
    this.#inFlight = metrics.gauge('http_requests_in_flight', 'Requests being answered', [], (gauge) =>
      gauge.set(this.#open),
    );
    this.#inFlight.set(0);
  }

  begin(): void {
    this.#open += 1;
  }

  end(route: string, method: string, status: number, elapsedMs: number): void {
    this.#open -= 1;
    const kind = this.#kindOf(route, method, status);
    kind.requests += 1;
    this.#durations.observe(kind.labels, elapsedMs / 1000);
  }

  #kindOf(route: string, method: string, status: number): Kind {
    const key = `${method}${status}${route}`;
    let kind = this.#kinds.get(key);
    if (kind) return kind;
    kind = { labels: { route, method, status: String(status) }, requests: 0 };
    this.#kinds.set(key, kind);
    return kind;
  }
}
