import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log, which can be added to and never rewritten, and replies that are kept for repeated requests. */
export class AuditAndIdempotency1795824300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...audit, ...idempotency]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['idempotency_keys', 'audit_open', 'audit_log']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}

/** Columns to search by are made from the body itself, so that they cannot say anything else than what is hashed. */
const fromBody = (name: string, constraints = '') =>
  `${name} text COLLATE "C" GENERATED ALWAYS AS ((body::jsonb) ->> '${name}') STORED ${constraints}`;

const audit = [
  `CREATE TABLE audit_log (
     seq bigint PRIMARY KEY CHECK (seq > 0),
     body text NOT NULL,
     digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
     previous text NOT NULL UNIQUE CHECK (previous ~ '^[0-9a-f]{64}$'),
     hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
     ${fromBody('id', 'NOT NULL UNIQUE')},
     ${fromBody('at', 'NOT NULL')},
     ${fromBody('tenant')},
     ${fromBody('actor', 'NOT NULL')},
     ${fromBody('action', 'NOT NULL')},
     ${fromBody('outcome', 'NOT NULL')}
   )`,
  `CREATE INDEX audit_log_tenant ON audit_log (tenant, seq)`,
  `CREATE INDEX audit_log_actor ON audit_log (actor, seq)`,
  `CREATE INDEX audit_log_at ON audit_log (at)`,
  `COMMENT ON COLUMN audit_log.body IS
     'Canonical JSON, as hashed; the columns after hash are parts of it, to search by. docs/audit.md has the format.'`,
  // `refuse_change` comes from the foundation.
  `CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log
   FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER audit_log_kept BEFORE TRUNCATE ON audit_log
   FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  `CREATE TABLE audit_open (
     id text PRIMARY KEY,
     body text NOT NULL,
     opened_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX audit_open_age ON audit_open (opened_at)`,
  `COMMENT ON TABLE audit_open IS
     'Actions that have begun and are not in audit_log yet: written before anything is done, so that none is lost.'`,
];

const idempotency = [
  `CREATE TABLE idempotency_keys (
     tenant text NOT NULL,
     actor text NOT NULL,
     key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
     fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
     owner uuid NOT NULL UNIQUE,
     leased_until timestamptz NOT NULL,
     expires_at timestamptz NOT NULL,
     status integer CHECK (status BETWEEN 200 AND 499),
     headers jsonb,
     body bytea,
     PRIMARY KEY (tenant, actor, key),
     CHECK ((status IS NULL) = (headers IS NULL))
   )`,
  `CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)`,
  `COMMENT ON TABLE idempotency_keys IS
     'Replies to requests with an Idempotency-Key; without a status the first request is still running. No body: it showed a secret.'`,
];
