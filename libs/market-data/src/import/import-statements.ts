/** Where the lines of a file wait until all of them are read. */
export const CREATE_STAGE = `
  CREATE TEMPORARY TABLE imported_candles (
    line integer, open_ms double precision, open double precision, high double precision, low double precision,
    close double precision, volume double precision
  ) ON COMMIT DROP`;

export const COPY = 'COPY imported_candles FROM STDIN';

export const INSERT_INSTRUMENT = `
  INSERT INTO instruments (id, base, quote) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

/** Of two lines for one candle the first counts. */
export const STORE = `
  INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
  SELECT $1, $2, $3, to_timestamp(open_ms / 1000), open, high, low, close, volume, 'imported'
  FROM (SELECT DISTINCT ON (open_ms) * FROM imported_candles ORDER BY open_ms, line) AS first
  ON CONFLICT DO NOTHING`;

export const STORE_CORRECTIONS = `
  INSERT INTO candle_corrections
    (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance, known_at)
  SELECT $1, $2, $3, first.open_time, later.open, later.high, later.low, later.close, later.volume, 'imported', $4
  FROM imported_candles AS later
  JOIN candles AS first ON first.instrument = $1 AND first.venue = $2 AND first."interval" = $3
    AND first.open_time = to_timestamp(later.open_ms / 1000) AND first.open_time BETWEEN $5 AND $6
  WHERE (later.open, later.high, later.low, later.close) <> (first.open, first.high, first.low, first.close)
     OR abs(later.volume - first.volume) > 1e-9 * greatest(first.volume, 1)
  ORDER BY first.open_time, later.open, later.high, later.low, later.close, later.volume
  ON CONFLICT DO NOTHING`;
