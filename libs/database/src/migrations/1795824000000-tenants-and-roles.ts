import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tenants; keys with roles and narrower scopes instead of `read` and `admin`. */
export class TenantsAndRoles1795824000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `CREATE TABLE tenants (
     id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,38}$'),
     name text NOT NULL,
     tier text NOT NULL DEFAULT 'standard',
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `INSERT INTO tenants (id, name, tier) VALUES ('default', 'The first tenant', 'unlimited')`,
  `ALTER TABLE api_keys
     ADD COLUMN tenant text NOT NULL DEFAULT 'default' REFERENCES tenants,
     ADD COLUMN roles text[] NOT NULL DEFAULT '{viewer}',
     ADD COLUMN instruments text[],
     ADD COLUMN horizons text[]`,
  `UPDATE api_keys SET roles = CASE WHEN 'admin' = ANY (scopes) THEN '{admin}'::text[] ELSE '{viewer}'::text[] END`,
  `ALTER TABLE api_keys ALTER COLUMN scopes DROP NOT NULL,
     ALTER COLUMN tenant DROP DEFAULT, ALTER COLUMN roles DROP DEFAULT`,
  `UPDATE api_keys SET scopes = NULL`,
];

const down = [
  `UPDATE api_keys SET scopes = CASE WHEN 'admin' = ANY (roles) THEN '{admin}'::text[] ELSE '{read}'::text[] END`,
  `ALTER TABLE api_keys ALTER COLUMN scopes SET NOT NULL`,
  `ALTER TABLE api_keys DROP COLUMN tenant, DROP COLUMN roles, DROP COLUMN instruments, DROP COLUMN horizons`,
  `DROP TABLE tenants`,
];
