import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys that can be managed; people and their sessions; backtests of tenants. */
export class KeysUsersSessions1795824100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `ALTER TABLE api_keys
     ADD COLUMN created_by text NOT NULL DEFAULT 'system',
     ADD COLUMN allowed_addresses text[],
     ADD COLUMN require_signature boolean NOT NULL DEFAULT false,
     ADD COLUMN rotated_at timestamptz,
     ADD COLUMN previous_secret_hash text,
     ADD COLUMN previous_until timestamptz,
     ADD CONSTRAINT api_keys_previous CHECK ((previous_secret_hash IS NULL) = (previous_until IS NULL))`,
  // Pages of keys are cut by milliseconds, since that is what the wire and JavaScript know.
  `UPDATE api_keys SET created_at = date_trunc('milliseconds', created_at)`,
  `CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at DESC, id DESC)`,
  `CREATE TABLE users (
     id uuid PRIMARY KEY,
     tenant text NOT NULL REFERENCES tenants,
     email text NOT NULL CHECK (email = lower(email)),
     name text NOT NULL,
     roles text[] NOT NULL,
     instruments text[],
     horizons text[],
     password_hash text NOT NULL,
     password_changed_at timestamptz NOT NULL,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL,
     disabled_at timestamptz,
     last_login_at timestamptz,
     CONSTRAINT users_email UNIQUE (tenant, email)
   )`,
  `CREATE TABLE sessions (
     id uuid PRIMARY KEY,
     secret_hash text NOT NULL UNIQUE,
     user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
     address text NOT NULL,
     user_agent text,
     created_at timestamptz NOT NULL,
     last_seen_at timestamptz NOT NULL,
     expires_at timestamptz NOT NULL
   )`,
  `CREATE INDEX sessions_of_user ON sessions (user_id)`,
  `CREATE INDEX sessions_by_end ON sessions (expires_at)`,
  `ALTER TABLE backtests ADD COLUMN tenant text NOT NULL DEFAULT 'default' REFERENCES tenants`,
  `ALTER TABLE backtests ALTER COLUMN tenant DROP DEFAULT`,
  `CREATE INDEX backtests_of_tenant ON backtests (feed, tenant, created_at DESC)`,
  `DROP INDEX backtests_newest`,
];

const down = [
  `CREATE INDEX backtests_newest ON backtests (feed, created_at DESC)`,
  `DROP INDEX backtests_of_tenant`,
  `ALTER TABLE backtests DROP COLUMN tenant`,
  `DROP TABLE sessions`,
  `DROP TABLE users`,
  `DROP INDEX api_keys_by_tenant`,
  `ALTER TABLE api_keys DROP CONSTRAINT api_keys_previous,
     DROP COLUMN created_by, DROP COLUMN allowed_addresses, DROP COLUMN require_signature,
     DROP COLUMN rotated_at, DROP COLUMN previous_secret_hash, DROP COLUMN previous_until`,
];
