import { createHash } from 'node:crypto';
import { HORIZON_HOURS, type Horizon, type ScoredForecastReply } from '@btcforecast/contracts';
import { createEventBus, createLogger, type EventBus, type EventBusOptions } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { StreamRecord } from '../streams/record/stream-record.js';
import type { PeerState } from './peer-state.js';

const HOUR_MS = 3_600_000;
export const FEED = 'replay-00000001';
export const MARKET_START_MS = Date.UTC(2025, 0, 1);

const CANDLE = `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
  VALUES ($1, $2, '1h', $3, $4, $4, $4, $4, 1, 'streamed')`;
const FORECAST = `INSERT INTO forecasts (id, feed, source, instrument, venue, origin_at, horizon_hours, target_at,
    model_name, model_version, price, log_return_quantiles, probability_up, volatility, features, baselines,
    issued_at, timeliness, in_sample, canonical, region, runtime, role)
  VALUES ($1, $2, 'replay', $3, $2, $4, $5, $6, 'har', 1, 95000, '{-0.03,-0.02,-0.01,0,0.01,0.02,0.03}', 0.5, 0.02,
    '{1}', '{}', $4, 'on_time', false, $7, 'solo', '{}', $8)`;
const SCORE = `INSERT INTO forecast_scores (forecast_id, state, outcome_close, log_return, pinball, crps, pit, covered_50,
    covered_80, covered_90, direction_hit, baseline_pinball, matured_at)
  VALUES ($1, 'matured', 96000, 0.01, 0.004, 0.007, 0.6, true, true, true, true, '{}', $2)`;

/** What market-data, prediction and worker write, written as they write it; hints go over a bus of its own. */
export class StreamMarket {
  readonly #bus: EventBus;
  readonly #record: StreamRecord;
  #hours = 0;
  #entered = 0;

  constructor(
    private readonly dataSource: DataSource,
    servers: Pick<EventBusOptions, 'databaseUrl' | 'redisUrl'>,
    private readonly peer: PeerState,
  ) {
    this.#record = new StreamRecord(dataSource, FEED);
    this.#bus = createEventBus({ ...servers, logger: createLogger('market', { level: 'silent' }) });
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  /** What prediction says, for another one that takes its place. */
  told(): [string, ScoredForecastReply][] {
    return [...this.peer.told];
  }

  /** The market is there; resolves when streams know: what happens from now on is news. */
  async open(instrument = 'BTC-USD', venue = FEED): Promise<void> {
    const [base, quote] = instrument.split('-');
    await this.dataSource.query(
      'INSERT INTO instruments (id, base, quote) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [instrument, base, quote],
    );
    await this.dataSource.query(
      `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
       VALUES ($1, $2, 'replay', $3, '1h', now(), now(), 1)`,
      [FEED, instrument, venue],
    );
    await this.dataSource.query(`SELECT ensure_candle_partitions('2024-12-01Z', '2025-06-01Z')`);
    await this.hint(instrument);
    await waitFor(() => this.#isKnown(instrument), {
      deadlineMs: 10_000,
      what: 'streams know of the market',
    });
  }

  /** The next hourly candle closes at a price, which is its name in tests. */
  async candle(close: number, { hint = true, instrument = 'BTC-USD' } = {}): Promise<void> {
    await this.#close(this.#nextHour(), close, { hint, instrument });
  }

  /** An hour of the market goes by without a candle; what comes back brings it later. */
  missedCandle(close: number): () => Promise<void> {
    const openTime = this.#nextHour();
    return () => this.#close(openTime, close, { hint: true, instrument: 'BTC-USD' });
  }

  #nextHour(): number {
    return MARKET_START_MS + HOUR_MS * (this.#hours += 1);
  }

  async #close(
    openTime: number,
    close: number,
    { hint, instrument }: { readonly hint: boolean; readonly instrument: string },
  ): Promise<void> {
    await this.dataSource.query(CANDLE, [instrument, FEED, new Date(openTime), close]);
    if (!hint) return;
    await this.#bus.publish('candle.closed', {
      ...{ feed: FEED, instrument, venue: FEED, interval: '1h', openTime },
    });
  }

  /** Enters so many events of so many bytes each. */
  async events(count: number, bytes: number): Promise<void> {
    const data = JSON.stringify({ close: 0, pad: 'x'.repeat(bytes) });
    const what = { type: 'price', instrument: 'BTC-USD', horizon: null, interval: '1m', data } as const;
    const key = (): string => `test:${(this.#entered += 1)}`;
    await this.#record.enter(Array.from({ length: count }, () => ({ ...what, key: key() })));
    await this.hint();
  }

  /** Tells everybody to look. */
  async hint(instrument = 'BTC-USD'): Promise<void> {
    const where = { feed: FEED, instrument, venue: FEED };
    await this.#bus.publish('candle.closed', { ...where, interval: '1h', openTime: MARKET_START_MS });
  }

  /** A forecast is issued; prediction knows what it says. */
  async forecast(
    horizon: Horizon,
    { canonical = true, instrument = 'BTC-USD', role = 'champion' } = {},
  ): Promise<string> {
    const originMs = MARKET_START_MS + HOUR_MS * (this.#hours += 1);
    const targetMs = originMs + HORIZON_HOURS[horizon] * HOUR_MS;
    const id = createHash('sha256').update(`${originMs} ${horizon}`).digest('hex');
    const said = { ...this.peer.forecast(horizon), id, instrument, canonical };
    const times = { origin: new Date(originMs).toISOString(), target: new Date(targetMs).toISOString() };
    this.peer.told.set(id, { ...said, ...times, outcome: null });
    const [origin, target] = [new Date(originMs), new Date(targetMs)];
    await this.dataSource.query(FORECAST, [
      ...[id, FEED, instrument, origin, HORIZON_HOURS[horizon], target, canonical, role],
    ]);
    await this.#bus.publish('forecast.issued', {
      ...{ feed: FEED, instrument, origin: originMs, horizons: [horizon], modelVersion: 'har@1' },
    });
    return id;
  }

  /** A forecast matures and is scored. */
  async outcome(id: string): Promise<void> {
    const said = this.peer.told.get(id) as ScoredForecastReply;
    const score = { close: 96_000, logReturn: 0.01, pinball: 40, crps: 70, directionHit: true };
    const covered = { '50': true, '80': true, '90': true };
    this.peer.told.set(id, { ...said, outcome: { state: 'matured', ...score, covered } });
    await this.dataSource.query(SCORE, [id, said.target]);
    const { instrument, target } = said;
    await this.#bus.publish('forecast.matured', {
      ...{ feed: FEED, instrument, target: Date.parse(target), ids: [id] },
    });
  }

  /** Candles are missing; gives the id of the gap. */
  async gap(): Promise<string> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `INSERT INTO candle_gaps (instrument, venue, "interval", from_time, to_time, opened_at, next_attempt_at)
       VALUES ('BTC-USD', $1, '1h', '2025-01-01Z', '2025-01-01T02:00Z', now(), now()) RETURNING id`,
      [FEED],
    );
    const { id } = rows[0]!;
    await this.#bus.publish('gap.opened', { feed: FEED, instrument: 'BTC-USD', venue: FEED, gapId: id });
    return id;
  }

  async closeGap(id: string, state: 'repaired' | 'unrepairable'): Promise<void> {
    await this.dataSource.query('UPDATE candle_gaps SET state = $2, closed_at = now() WHERE id = $1', [
      id,
      state,
    ]);
    await this.#bus.publish('gap.closed', { feed: FEED, instrument: 'BTC-USD', venue: FEED, gapId: id });
  }

  async #isKnown(instrument: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'SELECT FROM stream_markets WHERE feed = $1 AND instrument = $2',
      [FEED, instrument],
    );
    return rows.length > 0;
  }
}
