import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The life of models (aliases, evaluations, drift), the track record, backtests; challengers' forecasts beside the
 * champion's.
 *
 * What is a record here is append-only, and the database holds to it: who answered when, on what evidence, and the
 * chain of all forecasts and outcomes can be added to and never rewritten.
 */
export class ModelsAndProof1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...models, ...trackRecord, ...backtests, ...immutability]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table} CASCADE`);
    await runner.query('DROP INDEX forecasts_recorded, forecast_scores_scored');
    await runner.query('ALTER TABLE forecasts DROP COLUMN role');
    await runner.query(`ALTER TABLE model_versions DROP CONSTRAINT model_versions_status_check,
      ADD CONSTRAINT model_versions_status_check CHECK (status IN ('shipped', 'candidate'))`);
  }
}

const tables = [
  'model_evaluations',
  'model_alias_moves',
  'drift_signals',
  'track_record',
  'track_record_roots',
  'backtests',
];
const records = tables.filter((table) => table !== 'backtests');

const models = [
  `ALTER TABLE model_versions DROP CONSTRAINT model_versions_status_check,
     ADD CONSTRAINT model_versions_status_check CHECK (status IN ('shipped', 'candidate', 'uploaded'))`,
  `ALTER TABLE forecasts ADD COLUMN role text NOT NULL DEFAULT 'champion' CHECK (role IN ('champion', 'challenger')),
     ADD CONSTRAINT forecasts_challenger_check CHECK (NOT (canonical AND role = 'challenger'))`,
  `CREATE INDEX forecasts_challenger ON forecasts (feed, instrument, model_name, model_version, horizon_hours, origin_at)
     WHERE role = 'challenger'`,
  `CREATE TABLE model_evaluations (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     feed text,
     instrument text REFERENCES instruments,
     model_name text NOT NULL,
     model_version integer,
     onnx_sha256 text NOT NULL,
     kind text NOT NULL CHECK (kind IN ('technical', 'walk_forward', 'shadow', 'canary', 'live')),
     verdict text NOT NULL CHECK (verdict IN ('passed', 'refused')),
     checks jsonb NOT NULL,
     evidence jsonb NOT NULL,
     decided_at timestamptz NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX model_evaluations_model ON model_evaluations (model_name, model_version, id)`,
  `CREATE TABLE model_alias_moves (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     feed text NOT NULL,
     instrument text NOT NULL REFERENCES instruments,
     alias text NOT NULL CHECK (alias IN ('champion', 'challenger', 'canary')),
     from_name text,
     from_version integer,
     to_name text,
     to_version integer,
     share double precision CHECK (share > 0 AND share <= 1),
     effective_origin timestamptz NOT NULL,
     actor text NOT NULL,
     reason text NOT NULL CHECK (length(reason) BETWEEN 3 AND 2000),
     evaluation_id bigint REFERENCES model_evaluations,
     moved_at timestamptz NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now(),
     CHECK ((to_name IS NULL) = (to_version IS NULL)),
     CHECK ((from_name IS NULL) = (from_version IS NULL)),
     CHECK (alias <> 'champion' OR to_name IS NOT NULL),
     CHECK ((share IS NOT NULL) = (alias = 'canary' AND to_name IS NOT NULL)),
     FOREIGN KEY (to_name, to_version) REFERENCES model_versions (name, version)
   )`,
  `COMMENT ON TABLE model_alias_moves IS 'Who holds an alias at an origin: the newest move with effective_origin at or before it'`,
  `CREATE INDEX model_alias_moves_current ON model_alias_moves (feed, instrument, alias, effective_origin DESC, id DESC)`,
  `CREATE TABLE drift_signals (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     feed text NOT NULL,
     instrument text NOT NULL REFERENCES instruments,
     model_name text NOT NULL,
     model_version integer NOT NULL,
     test text NOT NULL CHECK (test IN ('pit', 'coverage', 'skill', 'input')),
     horizon_hours integer,
     feature text,
     statistic double precision NOT NULL,
     threshold double precision NOT NULL,
     n integer NOT NULL,
     raised_origin timestamptz NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now(),
     CHECK ((feature IS NOT NULL) = (test = 'input'))
   )`,
  `CREATE UNIQUE INDEX drift_signals_once ON drift_signals (feed, instrument, model_name, model_version, test,
     coalesce(horizon_hours, 0), coalesce(feature, ''), raised_origin)`,
];

const trackRecord = [
  `CREATE TABLE track_record (
     seq bigint PRIMARY KEY CHECK (seq > 0),
     feed text NOT NULL,
     kind text NOT NULL CHECK (kind IN ('key', 'forecast', 'outcome')),
     subject text NOT NULL,
     entered_at timestamptz NOT NULL,
     body text NOT NULL,
     previous text NOT NULL CHECK (previous ~ '^[0-9a-f]{64}$'),
     hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
     UNIQUE (kind, subject)
   )`,
  `CREATE TABLE track_record_roots (
     hour_at timestamptz PRIMARY KEY,
     first_seq bigint NOT NULL UNIQUE,
     last_seq bigint NOT NULL UNIQUE,
     root text NOT NULL CHECK (root ~ '^[0-9a-f]{64}$'),
     previous_root text NOT NULL CHECK (previous_root ~ '^[0-9a-f]{64}$'),
     key_id text NOT NULL,
     signature text NOT NULL,
     signed_at timestamptz NOT NULL,
     CHECK (last_seq >= first_seq)
   )`,
  // What has arrived lately and is not in the chain yet.
  `CREATE INDEX forecasts_recorded ON forecasts (recorded_at, id)`,
  `CREATE INDEX forecast_scores_scored ON forecast_scores (scored_at, forecast_id)`,
];

const backtests = [
  `CREATE TABLE backtests (
     id uuid PRIMARY KEY,
     feed text NOT NULL,
     instrument text NOT NULL REFERENCES instruments,
     request jsonb NOT NULL,
     state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
     progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
     stage text NOT NULL,
     result jsonb,
     error jsonb,
     requested_by text NOT NULL,
     created_at timestamptz NOT NULL,
     started_at timestamptz,
     finished_at timestamptz,
     CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
     CHECK ((state = 'done') = (result IS NOT NULL)),
     CHECK ((state = 'failed') = (error IS NOT NULL))
   )`,
  `CREATE INDEX backtests_newest ON backtests (feed, created_at DESC)`,
];

/** `refuse_change` comes from the foundation. */
const immutability = records.flatMap((table) => [
  `CREATE TRIGGER ${table}_immutable BEFORE UPDATE OR DELETE ON ${table}
   FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER ${table}_kept BEFORE TRUNCATE ON ${table}
   FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
]);
