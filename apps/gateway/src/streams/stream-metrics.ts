import { STREAM_TYPES, type StreamType } from '@btcforecast/contracts';
import type { Metrics } from '@btcforecast/platform';
import type { Counter, Gauge, Histogram } from 'prom-client';

export const TRANSPORTS = ['sse', 'ws'] as const;
export type Transport = (typeof TRANSPORTS)[number];

interface Told {
  readonly row: { readonly type: StreamType; readonly enteredAt: number };
}

/** Open streams, events, lag, evictions. */
export class StreamMetrics {
  readonly #open: Gauge<'transport'>;
  readonly #events: Counter<'type'>;
  readonly #deliveries: Counter<'transport'>;
  readonly #closed: Counter<'transport' | 'reason'>;
  readonly #resumes: Counter<'outcome'>;
  readonly #lag: Histogram;
  readonly #fanOut: Histogram;

  constructor(metrics: Metrics) {
    this.#open = metrics.gauge('streams_open', 'Streams that are open', ['transport']);
    this.#events = metrics.counter('stream_events_total', 'Events that streams were told', ['type']);
    this.#deliveries = metrics.counter('stream_deliveries_total', 'Events handed to clients', ['transport']);
    this.#closed = metrics.counter(
      'streams_closed_total',
      'Streams that have ended: client = it went away, slow_consumer = evicted, else the last word of the server',
      ['transport', 'reason'],
    );
    this.#resumes = metrics.counter(
      'stream_resumes_total',
      'Clients that came back with a cursor: resumed, or reset because it was too old or unknown',
      ['outcome'],
    );
    this.#lag = metrics.histogram(
      'stream_lag_seconds',
      'From the entry of an event into the record to the start of its fan-out in this process',
    );
    this.#fanOut = metrics.histogram(
      'stream_fan_out_seconds',
      'From the start of a fan-out until every stream that keeps up has been written to',
    );
    for (const transport of TRANSPORTS) this.#open.set({ transport }, 0);
    for (const type of STREAM_TYPES) this.#events.inc({ type }, 0);
  }

  opened(transport: Transport): void {
    this.#open.inc({ transport });
  }

  closed(transport: Transport, reason: string): void {
    this.#open.dec({ transport });
    this.#closed.inc({ transport, reason });
  }

  resumed(outcome: 'resumed' | 'too_old' | 'unknown'): void {
    this.#resumes.inc({ outcome });
  }

  entered(events: readonly Told[], nowMs: number): void {
    for (const { row } of events) {
      this.#events.inc({ type: row.type });
      this.#lag.observe(Math.max(0, nowMs - row.enteredAt) / 1_000);
    }
  }

  delivered(transport: Transport, count: number): void {
    this.#deliveries.inc({ transport }, count);
  }

  fannedOut(elapsedMs: number): void {
    this.#fanOut.observe(elapsedMs / 1_000);
  }
}
