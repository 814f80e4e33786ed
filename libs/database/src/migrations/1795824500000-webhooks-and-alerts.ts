import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Endpoints of tenants with their secrets, what happened, what was sent where; alert rules and what became of them. */
export class WebhooksAndAlerts1795824500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...endpoints, ...deliveries, ...alerts, ...arrivals])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table} CASCADE`);
    await runner.query('DROP INDEX candle_gaps_opened, candle_gaps_closed, backtests_finished');
  }
}

const tables = [
  'webhook_endpoints',
  'webhook_secrets',
  'webhook_events',
  'webhook_deliveries',
  'webhook_attempts',
  'webhook_cursors',
  'alert_rules',
  'alert_states',
  'alert_transitions',
];

const endpoints = [
  `CREATE TABLE webhook_endpoints (
     id uuid PRIMARY KEY,
     tenant text NOT NULL REFERENCES tenants,
     url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
     description text NOT NULL CHECK (length(description) <= 200),
     event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
     instruments text[] CHECK (cardinality(instruments) > 0),
     horizons text[] CHECK (cardinality(horizons) > 0),
     intervals text[] NOT NULL CHECK (cardinality(intervals) > 0),
     format text NOT NULL CHECK (format IN ('standard', 'slack')),
     enabled boolean NOT NULL,
     disabled_reason text CHECK (disabled_reason IN ('requested', 'gone', 'failing')),
     disabled_at timestamptz,
     listens_since timestamptz NOT NULL DEFAULT now(),
     failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
     failing_since timestamptz,
     paused_until timestamptz,
     last_success_at timestamptz,
     last_failure_at timestamptz,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL,
     updated_at timestamptz NOT NULL,
     CHECK (enabled = (disabled_at IS NULL)),
     CHECK (enabled = (disabled_reason IS NULL)),
     CHECK ((failures = 0) = (failing_since IS NULL))
   )`,
  `COMMENT ON COLUMN webhook_endpoints.listens_since IS 'What arrived before is not sent to it, unless a replay is asked for'`,
  `CREATE INDEX webhook_endpoints_tenant ON webhook_endpoints (tenant, created_at DESC, id DESC)`,
  `CREATE TABLE webhook_secrets (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
     sealed bytea NOT NULL,
     created_at timestamptz NOT NULL,
     expires_at timestamptz
   )`,
  `COMMENT ON COLUMN webhook_secrets.sealed IS 'HMAC secret and ed25519 seed, 32 bytes each, encrypted by SECRETS_KEY'`,
  `CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL`,
  `CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, id DESC)`,
];

const deliveries = [
  `CREATE TABLE webhook_events (
     id text PRIMARY KEY CHECK (id ~ '^evt_[0-9a-f]{32}$'),
     type text NOT NULL,
     tenant text REFERENCES tenants,
     endpoint_id uuid REFERENCES webhook_endpoints ON DELETE CASCADE,
     instrument text,
     horizon text,
     "interval" text,
     arrived_at timestamptz NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now(),
     body text NOT NULL CHECK (octet_length(body) <= 20000)
   )`,
  `COMMENT ON COLUMN webhook_events.tenant IS 'Whom it concerns; null: everybody'`,
  `COMMENT ON COLUMN webhook_events.endpoint_id IS 'The only endpoint that it is for; null: all that ask for its type'`,
  `CREATE INDEX webhook_events_recorded ON webhook_events (recorded_at, id)`,
  `CREATE TABLE webhook_deliveries (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
     event_id text NOT NULL REFERENCES webhook_events ON DELETE CASCADE,
     state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
     attempts integer NOT NULL DEFAULT 0,
     step integer NOT NULL DEFAULT 0,
     step_since timestamptz NOT NULL,
     next_attempt_at timestamptz,
     leased_until timestamptz,
     dispatched_at timestamptz,
     created_at timestamptz NOT NULL,
     ended_at timestamptz,
     UNIQUE (endpoint_id, event_id),
     CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
     CHECK ((state = 'pending') = (ended_at IS NULL))
   )`,
  `COMMENT ON COLUMN webhook_deliveries.step IS 'Attempts of the present run of the retry schedule, which began at step_since; a replay begins a new run'`,
  `CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (endpoint_id, created_at DESC, id DESC)`,
  `CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE state = 'pending'`,
  `CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event_id)`,
  `CREATE TABLE webhook_attempts (
     delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
     number integer NOT NULL,
     at timestamptz NOT NULL,
     latency_ms double precision NOT NULL,
     status integer,
     failure text,
     response text,
     PRIMARY KEY (delivery_id, number)
   )`,
  `CREATE TABLE webhook_cursors (
     source text PRIMARY KEY,
     begins_at timestamptz NOT NULL,
     position_at timestamptz NOT NULL,
     position_key text NOT NULL,
     settled_at timestamptz NOT NULL
   )`,
  `COMMENT ON TABLE webhook_cursors IS 'How far the rows of each source have been told: position is told, and what lies after settled_at is read once more, for rows that were committed late'`,
];

const alerts = [
  `CREATE TABLE alert_rules (
     id uuid PRIMARY KEY,
     tenant text NOT NULL REFERENCES tenants,
     name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
     condition jsonb NOT NULL,
     hold_minutes integer NOT NULL CHECK (hold_minutes >= 0),
     cooldown_minutes integer NOT NULL CHECK (cooldown_minutes >= 0),
     enabled boolean NOT NULL,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL,
     updated_at timestamptz NOT NULL
   )`,
  `CREATE INDEX alert_rules_tenant ON alert_rules (tenant, created_at DESC, id DESC)`,
  `CREATE TABLE alert_states (
     rule_id uuid NOT NULL REFERENCES alert_rules ON DELETE CASCADE,
     feed text NOT NULL,
     state text NOT NULL CHECK (state IN ('ok', 'firing')),
     since timestamptz,
     leaning_since timestamptz,
     fired_at timestamptz,
     judged_until timestamptz NOT NULL,
     value double precision,
     PRIMARY KEY (rule_id, feed)
   )`,
  `COMMENT ON TABLE alert_states IS 'Event time. A feed has a clock of its own, so each has a state of its own'`,
  `CREATE TABLE alert_transitions (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     rule_id uuid NOT NULL REFERENCES alert_rules ON DELETE CASCADE,
     feed text NOT NULL,
     state text NOT NULL CHECK (state IN ('firing', 'resolved')),
     at timestamptz NOT NULL,
     value double precision NOT NULL,
     text text NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now()
   )`,
  // Not unique: a rule that is changed is over and may fire again, all at one candle.
  `CREATE INDEX alert_transitions_newest ON alert_transitions (rule_id, feed, at DESC, id DESC)`,
];

/** By which newly opened and closed gaps and finished backtests are found. */
const arrivals = [
  `CREATE INDEX candle_gaps_opened ON candle_gaps (opened_at, id)`,
  `CREATE INDEX candle_gaps_closed ON candle_gaps (closed_at, id) WHERE closed_at IS NOT NULL`,
  `CREATE INDEX backtests_finished ON backtests (finished_at, id) WHERE finished_at IS NOT NULL`,
];
