import { Metrics } from '@btcforecast/platform';

interface AgeGauge {
  set(labels: { interval: string; instrument: string }, value: number): void;
}

interface NotedAge {
  readonly seconds: number;
  /** Monotonic, ms. */
  readonly atMs: number;
  /** Event seconds per second. */
  readonly speed: number;
}

/** Every instrument of a process has its own MarketDataMetrics, and they share the gauge. */
const AGES = new WeakMap<Metrics, Map<string, NotedAge>>();

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
  readonly #ages: Map<string, NotedAge>;

  constructor(metrics: Metrics) {
    this.#ages = agesOf(metrics);
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
      (gauge) => showAges(this.#ages, gauge),
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

function agesOf(metrics: Metrics): Map<string, NotedAge> {
  const ages = AGES.get(metrics) ?? new Map<string, NotedAge>();
  AGES.set(metrics, ages);
  return ages;
}

function showAges(ages: ReadonlyMap<string, NotedAge>, gauge: AgeGauge): void {
  for (const [key, { seconds, atMs, speed }] of ages) {
    const [interval = '', instrument = ''] = key.split(' ');
    gauge.set({ interval, instrument }, seconds + ((performance.now() - atMs) / 1_000) * speed);
  }
}
