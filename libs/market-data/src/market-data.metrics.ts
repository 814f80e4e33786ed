import { Metrics } from '@btcforecast/platform';

interface NotedAge {
  readonly seconds: number;
  /** Monotonic, ms. */
  readonly atMs: number;
  /** Event seconds per second. */
  readonly speed: number;
}

/** Every metric of market data; label values come from closed sets. */
export class MarketDataMetrics {
  readonly ingested;
  readonly corrections;
  readonly rejected;
  readonly reconnects;
  readonly venueSwitches;
  readonly deviation;
  readonly openGaps;
  readonly speed;
  readonly #ages = new Map<string, NotedAge>();

  constructor(metrics: Metrics) {
    this.ingested = metrics.counter('market_candles_ingested_total', 'Candles stored', [
      'venue',
      'interval',
      'provenance',
    ]);
    this.corrections = metrics.counter(
      'market_candle_corrections_total',
      'Later values that differ from the first final value of a candle',
      ['venue', 'interval'],
    );
    this.rejected = metrics.counter(
      'market_candles_rejected_total',
      'Candles refused because they cannot be true',
      ['venue', 'interval'],
    );
    this.reconnects = metrics.counter('market_stream_reconnects_total', 'Streams opened again, by reason', [
      'venue',
      'reason',
    ]);
    this.venueSwitches = metrics.counter(
      'market_venue_switches_total',
      'Changes of the venue in use, by the new one',
      ['venue'],
    );
    this.deviation = metrics.gauge(
      'market_cross_venue_deviation_ratio',
      'Difference of the last price to that of another venue, as a share of the price',
      ['venue', 'other', 'instrument'],
    );
    this.openGaps = metrics.gauge('market_open_gaps', 'Missing ranges of candles not yet repaired', [
      'venue',
      'instrument',
    ]);
    metrics.gauge(
      'market_newest_candle_age_seconds',
      'Event time since the newest stored candle of the venue in use closed',
      ['interval', 'instrument'],
      (gauge) => {
        for (const [key, { seconds, atMs, speed }] of this.#ages) {
          const [interval = '', instrument = ''] = key.split(' ');
          gauge.set({ interval, instrument }, seconds + ((performance.now() - atMs) / 1_000) * speed);
        }
      },
    );
    this.speed = metrics.gauge(
      'market_event_speed_ratio',
      'Event seconds per second; 0 while the market stands still',
    );
  }

  /** Between two looks the age goes on growing: it must not stand still because the venue is away. */
  noteAge(interval: string, instrument: string, ageMs: number, speed: number): void {
    this.#ages.set(`${interval} ${instrument}`, { seconds: ageMs / 1_000, atMs: performance.now(), speed });
  }
}
