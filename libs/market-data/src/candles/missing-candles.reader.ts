import { queryArrays, type CandleSeries } from '@btcforecast/candle-reader';
import { INTERVAL_MS } from '@btcforecast/contracts';
import { DataSource } from 'typeorm';
import type { Range } from './ranges.js';

/** Neighbours further apart than the interval, among what is there and the two ends of the range. */
const MISSING = `
  WITH present AS (
    SELECT date_part('epoch', open_time) * 1000 AS at FROM candles
    WHERE instrument = $1 AND venue = $2 AND "interval" = $3
      AND open_time >= to_timestamp($4::float8 / 1000) AND open_time < to_timestamp($5::float8 / 1000)
    UNION ALL SELECT $4::float8 - $6::float8
    UNION ALL SELECT $5::float8
  ), steps AS (SELECT at, lead(at) OVER (ORDER BY at) AS next FROM present)
  SELECT at + $6::float8, next FROM steps WHERE next > at + $6::float8 ORDER BY at`;

export class MissingCandlesReader {
  constructor(private readonly dataSource: DataSource) {}

  /** Ranges of the grid within [from, to) at which no candle is stored, ascending. The bounds lie on the grid. */
  async ranges(series: CandleSeries, { from, to }: Range): Promise<Range[]> {
    if (from >= to) return [];
    const { instrument, venue, interval } = series;
    const rows = await queryArrays<[number, number]>(this.dataSource, MISSING, [
      instrument,
      venue,
      interval,
      from,
      to,
      INTERVAL_MS[interval],
    ]);
    return rows.map(([start, end]) => ({ from: start, to: end }));
  }
}
