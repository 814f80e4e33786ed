import type { Metrics } from '@btcforecast/platform';
import type { Counter, Gauge, Histogram } from 'prom-client';

/** The buckets that OpenTelemetry's conventions give for http.server.request.duration, plus one for answers from memory. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

type Label = 'route' | 'method' | 'status';

/** Rate, errors and latency of the API. Routes are patterns, so the label set is closed. */
export class HttpMetrics {
  readonly #requests: Counter<Label>;
  readonly #durations: Histogram<Label>;
  readonly #inFlight: Gauge;
  readonly #labels = new Map<string, Record<Label, string>>();
  #open = 0;

  constructor(metrics: Metrics) {
    const labels = ['route', 'method', 'status'] as const;
    this.#requests = metrics.counter('http_requests_total', 'Requests answered', labels);
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
    const labels = this.#labelsOf(route, method, status);
    this.#requests.inc(labels);
    this.#durations.observe(labels, elapsedMs / 1000);
  }

  #labelsOf(route: string, method: string, status: number): Record<Label, string> {
    const key = `${method}${status}${route}`;
    let labels = this.#labels.get(key);
    if (!labels) this.#labels.set(key, (labels = { route, method, status: String(status) }));
    return labels;
  }
}
