import { queryArrays } from '@btcforecast/candle-reader';
import type { StreamType } from '@btcforecast/contracts';
import type { DataSource } from 'typeorm';
import type { BufferLimits } from './replay-buffer.js';
import type { EventRow } from './recorded-event.js';

/** Something that has happened, with what is said of it; not in the record yet. */
export interface NewEvent {
  /** What happened: one key, one event, whoever notices it. */
  readonly key: string;
  readonly type: StreamType;
  readonly instrument: string;
  readonly horizon: string | null;
  readonly interval: string | null;
  /** JSON as it is sent. */
  readonly data: string;
}

/** Whatever the limit on their number, events are kept so long: what has been entered must be recognised. */
const KEPT_AT_LEAST_MS = 15 * 60_000;

type EventTuple = [string, StreamType, string, string | null, string | null, string, number];

const COLUMNS = `seq, type, instrument, horizon, "interval", data, date_part('epoch', entered_at) * 1000`;

/** The newest row stays whatever its age: the next one follows it. */
const TRIM = `
  DELETE FROM stream_events AS e USING stream_heads AS head
  WHERE head.feed = $1 AND e.feed = $1 AND e.seq < head.seq AND (
    e.entered_at < now() - make_interval(secs => $2)
    OR (e.seq <= head.seq - $3 AND e.entered_at < now() - make_interval(secs => $4)))`;

/** What streams have told, in the database: the tables stream_heads, stream_markets and stream_events. */
export class StreamRecord {
  constructor(
    private readonly dataSource: DataSource,
    readonly feed: string,
  ) {}

  /** Takes note of markets that are there for the first time, and names all of them. */
  async markets(): Promise<string[]> {
    await queryArrays(
      this.dataSource,
      `INSERT INTO stream_markets (feed, instrument)
       SELECT feed, instrument FROM market_feeds AS m WHERE feed = $1
         AND NOT EXISTS (SELECT FROM stream_markets AS s WHERE s.feed = m.feed AND s.instrument = m.instrument)
       ON CONFLICT DO NOTHING`,
      [this.feed],
    );
    const rows = await queryArrays<[string]>(
      this.dataSource,
      'SELECT instrument FROM stream_markets WHERE feed = $1 ORDER BY instrument',
      [this.feed],
    );
    return rows.map(([instrument]) => instrument);
  }

  /** Enters events in their order; those whose key is there already are left out. Any number may do so at once. */
  async enter(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const column = (field: keyof NewEvent) => events.map((event) => event[field]);
    await queryArrays(this.dataSource, 'SELECT enter_stream_events($1, $2, $3, $4, $5, $6, $7)', [
      this.feed,
      column('key'),
      column('type'),
      column('instrument'),
      column('horizon'),
      column('interval'),
      column('data'),
    ]);
  }

  /** Events from a number on, in their order, at most so many. */
  async list(from: number, limit: number): Promise<EventRow[]> {
    const rows = await queryArrays<EventTuple>(
      this.dataSource,
      `SELECT ${COLUMNS} FROM stream_events WHERE feed = $1 AND seq >= $2 ORDER BY seq LIMIT $3`,
      [this.feed, from, limit],
    );
    return rows.map(([seq, type, instrument, horizon, interval, data, enteredAt]) => ({
      seq: Number(seq),
      type,
      instrument,
      horizon,
      interval,
      data,
      enteredAt,
    }));
  }

  /** Number of the newest event; 0 before the first. */
  async newest(): Promise<number> {
    const rows = await queryArrays<[string]>(
      this.dataSource,
      'SELECT seq FROM stream_heads WHERE feed = $1',
      [this.feed],
    );
    return Number(rows[0]?.[0] ?? 0);
  }

  /** Deletes what is beyond the limits. */
  async trim({ events, ageMs }: BufferLimits): Promise<void> {
    const keptSeconds = Math.min(KEPT_AT_LEAST_MS, ageMs) / 1_000;
    await queryArrays(this.dataSource, TRIM, [this.feed, ageMs / 1_000, events, keptSeconds]);
  }
}
