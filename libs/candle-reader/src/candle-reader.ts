import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { queryArrays } from './query-arrays.js';

/** A stored final candle: the first final value, whatever corrections came later. Times in ms, UTC. */
export type CandleRow = Candle;

/** Which candles: one venue of one instrument, never a mix. */
export interface CandleSeries {
  readonly instrument: string;
  readonly venue: string;
  readonly interval: Interval;
}

export interface WindowQuery {
  readonly instrument: string;
  readonly venue: string;
  /** Close time of the last hourly slot, ms, UTC: nothing that closes later is read. */
  readonly until: number;
  /** Hourly slots back from `until`. */
  readonly slots: number;
  /** Wall time, ms: candles that were stored later are left out. Default: none is. */
  readonly knownBy?: number;
}

/** Half-open range of open times, ms, UTC. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Whole seconds are exact in a double, and a parsed double costs less than a parsed timestamp. */
const OPEN_TIME_MS = `date_part('epoch', open_time) * 1000`;
const SERIES = `instrument = $1 AND venue = $2 AND "interval" = $3`;
const COLUMNS = [OPEN_TIME_MS, 'open', 'high', 'low', 'close', 'volume'];
const BYTES_PER_DOUBLE = 8;
/** All candles in one value, six doubles each: thousands of rows as text take six times as long to parse. */
const PACKED = `string_agg(${COLUMNS.map((column) => `float8send(${column})`).join(' || ')}, ''::bytea ORDER BY open_time)`;

/**
 * The narrow read model over candles. Every question names its end explicitly, so that a reader cannot see the
 * future by accident; none asks what time it is.
 */
@Injectable()
export class CandleReader {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Hourly candles with open time in [until - slots hours, until), ascending; missing ones are simply absent.
   * One query; about 18,000 candles take some tens of milliseconds, most of them the database's.
   */
  window({ instrument, venue, until, slots, knownBy }: WindowQuery): Promise<CandleRow[]> {
    const range = { from: until - slots * HOUR_MS, to: until };
    return this.#range({ instrument, venue, interval: '1h' }, range, knownBy);
  }

  /** Candles that open in [from, to) and close at or before `to`, ascending. */
  range(series: CandleSeries, range: TimeRange): Promise<CandleRow[]> {
    return this.#range(series, range);
  }

  async #range(
    { instrument, venue, interval }: CandleSeries,
    { from, to }: TimeRange,
    knownBy?: number,
  ): Promise<CandleRow[]> {
    const known = knownBy === undefined ? '' : ' AND ingested_at <= $6';
    const values = knownBy === undefined ? [] : [new Date(knownBy)];
    const rows = await queryArrays<[Buffer | null]>(
      this.dataSource,
      `SELECT ${PACKED} FROM candles WHERE ${SERIES} AND open_time >= $4 AND open_time <= $5${known}`,
      [instrument, venue, interval, new Date(from), new Date(to - INTERVAL_MS[interval]), ...values],
    );
    return unpack(rows[0]?.[0] ?? Buffer.alloc(0));
  }

  /** Close times in (since, until] of stored candles, ascending: with `since` a close time, what has closed after it. */
  async closedSince(series: CandleSeries, since: number, until: number): Promise<number[]> {
    const intervalMs = INTERVAL_MS[series.interval];
    const rows = await queryArrays<[number]>(
      this.dataSource,
      `SELECT ${OPEN_TIME_MS} FROM candles WHERE ${SERIES} AND open_time > $4 AND open_time <= $5 ORDER BY open_time`,
      [
        series.instrument,
        series.venue,
        series.interval,
        new Date(since - intervalMs),
        new Date(until - intervalMs),
      ],
    );
    return rows.map(([openTime]) => openTime + intervalMs);
  }

  /** Close time of the newest stored candle that closes at or before `until` (default: of all), or null. */
  async newestCloseTime(series: CandleSeries, until?: number): Promise<number | null> {
    const intervalMs = INTERVAL_MS[series.interval];
    const bound = until === undefined ? '' : ' AND open_time <= $4';
    const values = until === undefined ? [] : [new Date(until - intervalMs)];
    const rows = await queryArrays<[number]>(
      this.dataSource,
      `SELECT ${OPEN_TIME_MS} FROM candles WHERE ${SERIES}${bound} ORDER BY open_time DESC LIMIT 1`,
      [series.instrument, series.venue, series.interval, ...values],
    );
    return rows[0] ? rows[0][0] + intervalMs : null;
  }

  /** Open time of the oldest stored candle, or null. */
  async oldestOpenTime(series: CandleSeries): Promise<number | null> {
    const rows = await queryArrays<[number]>(
      this.dataSource,
      `SELECT ${OPEN_TIME_MS} FROM candles WHERE ${SERIES} ORDER BY open_time LIMIT 1`,
      [series.instrument, series.venue, series.interval],
    );
    return rows[0]?.[0] ?? null;
  }

  /** Close prices of the candles that close at the given times, by close time; a missing candle has no entry. */
  async closesAt(series: CandleSeries, closeTimes: readonly number[]): Promise<Map<number, number>> {
    const intervalMs = INTERVAL_MS[series.interval];
    const rows = await queryArrays<[number, number]>(
      this.dataSource,
      `SELECT ${OPEN_TIME_MS}, close FROM candles WHERE ${SERIES} AND open_time = ANY($4::timestamptz[])`,
      [
        series.instrument,
        series.venue,
        series.interval,
        closeTimes.map((closeTime) => new Date(closeTime - intervalMs).toISOString()),
      ],
    );
    return new Map(rows.map(([openTime, close]) => [openTime + intervalMs, close]));
  }
}

function unpack({ buffer, byteOffset, byteLength }: Buffer): CandleRow[] {
  const doubles = new DataView(buffer, byteOffset, byteLength); // big-endian, as PostgreSQL sends them
  const bytes = COLUMNS.length * BYTES_PER_DOUBLE;
  return Array.from({ length: byteLength / bytes }, (_, row) => {
    const at = (column: number): number => doubles.getFloat64(row * bytes + column * BYTES_PER_DOUBLE);
    return { openTime: at(0), open: at(1), high: at(2), low: at(3), close: at(4), volume: at(5) };
  });
}
