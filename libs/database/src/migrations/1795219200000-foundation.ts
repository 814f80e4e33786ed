import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Candles, gaps, forecasts, scores, model versions, keys.
 *
 * Two rules of the product are held by the database itself, because no code path may get around them:
 * forecasts and scores never change once written, and stored quantiles never cross.
 */
export class Foundation1795219200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...marketData,
      ...candlePartitions,
      ...forecasting,
      ...immutability,
      ...access,
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table} CASCADE`);
    await runner.query('DROP FUNCTION ensure_candle_partitions(timestamptz, timestamptz)');
    await runner.query('DROP FUNCTION refuse_change()');
    await runner.query('DROP FUNCTION is_non_decreasing(double precision[])');
  }
}

const tables = [
  'instruments',
  'market_feeds',
  'candles',
  'candle_corrections',
  'candle_gaps',
  'model_versions',
  'forecasts',
  'forecast_scores',
  'api_keys',
];

/** NaN sorts above every number in PostgreSQL, so an upper bound below Infinity refuses it too. */
const saneCandle = `CHECK (low > 0 AND low <= least(open, close) AND high >= greatest(open, close)
  AND high < 'Infinity' AND volume >= 0 AND volume < 'Infinity')`;

const marketData = [
  `CREATE TABLE instruments (
     id text PRIMARY KEY CHECK (id ~ '^[A-Z0-9]{2,10}-[A-Z]{3,5}$'),
     base text NOT NULL,
     quote text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `INSERT INTO instruments (id, base, quote) VALUES ('BTC-USD', 'BTC', 'USD')`,
  `CREATE TABLE market_feeds (
     feed text NOT NULL,
     instrument text NOT NULL REFERENCES instruments,
     source text NOT NULL CHECK (source IN ('live', 'replay', 'demo')),
     venue text NOT NULL,
     base_interval text NOT NULL,
     event_at timestamptz NOT NULL,
     observed_at timestamptz NOT NULL,
     speed double precision NOT NULL CHECK (speed >= 0),
     PRIMARY KEY (feed, instrument)
   )`,
  `COMMENT ON TABLE market_feeds IS
     'One row per feed and instrument: the venue in use and the event clock. Event time is event_at plus speed times the wall time since observed_at.'`,
  `CREATE TABLE candles (
     instrument text NOT NULL REFERENCES instruments,
     venue text NOT NULL,
     "interval" text NOT NULL CHECK ("interval" IN ('1m', '5m', '15m', '1h', '4h', '1d')),
     open_time timestamptz NOT NULL,
     open double precision NOT NULL,
     high double precision NOT NULL,
     low double precision NOT NULL,
     close double precision NOT NULL,
     volume double precision NOT NULL,
     provenance text NOT NULL CHECK (provenance IN ('fetched', 'streamed', 'derived', 'imported')),
     ingested_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (instrument, venue, "interval", open_time),
     CONSTRAINT candles_sane ${saneCandle}
   ) PARTITION BY RANGE (open_time)`,
  `COMMENT ON TABLE candles IS 'The first final value of every candle, one partition a month. Later values go to candle_corrections.'`,
  `CREATE TABLE candle_corrections (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     instrument text NOT NULL REFERENCES instruments,
     venue text NOT NULL,
     "interval" text NOT NULL,
     open_time timestamptz NOT NULL,
     open double precision NOT NULL,
     high double precision NOT NULL,
     low double precision NOT NULL,
     close double precision NOT NULL,
     volume double precision NOT NULL,
     provenance text NOT NULL,
     known_at timestamptz NOT NULL,
     UNIQUE (instrument, venue, "interval", open_time, open, high, low, close, volume)
   )`,
  `CREATE TABLE candle_gaps (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     instrument text NOT NULL REFERENCES instruments,
     venue text NOT NULL,
     "interval" text NOT NULL,
     from_time timestamptz NOT NULL,
     to_time timestamptz NOT NULL,
     state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'repaired', 'unrepairable')),
     attempts integer NOT NULL DEFAULT 0,
     last_error text,
     opened_at timestamptz NOT NULL,
     next_attempt_at timestamptz NOT NULL,
     closed_at timestamptz,
     CHECK (to_time > from_time),
     CHECK ((state = 'open') = (closed_at IS NULL))
   )`,
  `CREATE UNIQUE INDEX candle_gaps_open ON candle_gaps (instrument, venue, "interval", from_time) WHERE state = 'open'`,
  `CREATE INDEX candle_gaps_range ON candle_gaps (instrument, venue, "interval", from_time)`,
];

const candlePartitions = [
  `CREATE FUNCTION ensure_candle_partitions(from_time timestamptz, to_time timestamptz) RETURNS integer
   LANGUAGE plpgsql AS $$
   DECLARE
     month_start timestamp := date_trunc('month', from_time AT TIME ZONE 'UTC');
     name text;
     made integer := 0;
   BEGIN
     WHILE month_start <= to_time AT TIME ZONE 'UTC' LOOP
       name := 'candles_' || to_char(month_start, 'YYYY_MM');
       IF to_regclass(name) IS NULL THEN
         -- Two writers may want the same month: the lock makes the second wait, and then it finds the table there.
         PERFORM pg_advisory_xact_lock(hashtext('ensure_candle_partitions'));
         BEGIN
           EXECUTE format('CREATE TABLE %I PARTITION OF candles FOR VALUES FROM (%L) TO (%L)', name,
             month_start AT TIME ZONE 'UTC', (month_start + interval '1 month') AT TIME ZONE 'UTC');
           made := made + 1;
         EXCEPTION WHEN duplicate_table THEN
           NULL;
         END;
       END IF;
       month_start := month_start + interval '1 month';
     END LOOP;
     RETURN made;
   END $$`,
];

const forecasting = [
  `CREATE FUNCTION is_non_decreasing(numbers double precision[]) RETURNS boolean
   LANGUAGE sql IMMUTABLE STRICT AS $$
     SELECT coalesce(bool_and(numbers[i] <= numbers[i + 1]), true)
     FROM generate_series(1, cardinality(numbers) - 1) AS i
   $$`,
  `CREATE TABLE model_versions (
     name text NOT NULL,
     version integer NOT NULL CHECK (version > 0),
     family text NOT NULL,
     status text NOT NULL CHECK (status IN ('shipped', 'candidate')),
     onnx bytea NOT NULL,
     onnx_sha256 text NOT NULL,
     manifest jsonb NOT NULL,
     created_at timestamptz NOT NULL,
     PRIMARY KEY (name, version),
     UNIQUE (name, onnx_sha256)
   )`,
  `CREATE TABLE forecasts (
     id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{64}$'),
     feed text NOT NULL,
     source text NOT NULL CHECK (source IN ('live', 'replay', 'demo')),
     instrument text NOT NULL REFERENCES instruments,
     venue text NOT NULL,
     origin_at timestamptz NOT NULL,
     horizon_hours integer NOT NULL CHECK (horizon_hours > 0),
     target_at timestamptz NOT NULL,
     model_name text NOT NULL,
     model_version integer NOT NULL,
     price double precision NOT NULL CHECK (price > 0 AND price < 'Infinity'),
     log_return_quantiles double precision[] NOT NULL
       CHECK (cardinality(log_return_quantiles) = 7 AND is_non_decreasing(log_return_quantiles)),
     probability_up double precision NOT NULL CHECK (probability_up BETWEEN 0 AND 1),
     volatility double precision NOT NULL CHECK (volatility > 0 AND volatility < 'Infinity'),
     features double precision[] NOT NULL,
     baselines jsonb NOT NULL,
     issued_at timestamptz NOT NULL,
     timeliness text NOT NULL CHECK (timeliness IN ('on_time', 'late', 'backfilled')),
     in_sample boolean NOT NULL,
     canonical boolean NOT NULL,
     region text NOT NULL,
     runtime jsonb NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now(),
     CHECK (target_at = origin_at + horizon_hours * interval '1 hour')
   )`,
  `CREATE UNIQUE INDEX forecasts_canonical ON forecasts (feed, instrument, horizon_hours, origin_at) WHERE canonical`,
  `CREATE INDEX forecasts_target ON forecasts (feed, instrument, target_at)`,
  `CREATE TABLE forecast_scores (
     forecast_id text PRIMARY KEY REFERENCES forecasts,
     state text NOT NULL CHECK (state IN ('matured', 'void')),
     outcome_close double precision CHECK (outcome_close > 0 AND outcome_close < 'Infinity'),
     log_return double precision,
     pinball double precision,
     crps double precision,
     pit double precision CHECK (pit BETWEEN 0 AND 1),
     covered_50 boolean,
     covered_80 boolean,
     covered_90 boolean,
     direction_hit boolean,
     baseline_pinball jsonb NOT NULL,
     matured_at timestamptz NOT NULL,
     scored_at timestamptz NOT NULL DEFAULT now(),
     CHECK ((state = 'matured') = (outcome_close IS NOT NULL AND log_return IS NOT NULL AND pinball IS NOT NULL
       AND crps IS NOT NULL AND pit IS NOT NULL AND covered_50 IS NOT NULL AND covered_80 IS NOT NULL
       AND covered_90 IS NOT NULL))
   )`,
  `COMMENT ON COLUMN forecast_scores.pinball IS 'Mean over the levels of the pinball loss of the log return; replies multiply by 10,000'`,
];

const immutability = [
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION '% rows are immutable', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
   END $$`,
  ...['forecasts', 'forecast_scores'].flatMap((table) => [
    `CREATE TRIGGER ${table}_immutable BEFORE UPDATE OR DELETE ON ${table}
     FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
    `CREATE TRIGGER ${table}_kept BEFORE TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  ]),
];

const access = [
  `CREATE TABLE api_keys (
     id text PRIMARY KEY CHECK (id ~ '^[0-9a-z]{12}$'),
     name text NOT NULL,
     secret_hash text NOT NULL,
     scopes text[] NOT NULL,
     bootstrap boolean NOT NULL DEFAULT false,
     created_at timestamptz NOT NULL,
     expires_at timestamptz,
     revoked_at timestamptz,
     last_used_at timestamptz
   )`,
  `CREATE UNIQUE INDEX api_keys_bootstrap ON api_keys (bootstrap) WHERE bootstrap AND revoked_at IS NULL`,
];
