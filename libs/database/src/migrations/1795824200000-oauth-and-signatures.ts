import type { MigrationInterface, QueryRunner } from 'typeorm';

/** OAuth clients and the keys of their tokens, keys that sign requests, and what may be used once only. */
export class OAuthAndSignatures1795824200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `CREATE TABLE oauth_clients (
     id text PRIMARY KEY,
     tenant text NOT NULL REFERENCES tenants,
     name text NOT NULL,
     roles text[] NOT NULL,
     scopes text[],
     instruments text[],
     horizons text[],
     auth_method text NOT NULL
       CHECK (auth_method IN ('client_secret_basic', 'client_secret_post', 'private_key_jwt')),
     secret_hash text,
     previous_secret_hash text,
     previous_until timestamptz,
     rotated_at timestamptz,
     jwks jsonb,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL,
     expires_at timestamptz,
     revoked_at timestamptz,
     last_used_at timestamptz,
     CHECK ((auth_method = 'private_key_jwt') = (jwks IS NOT NULL)),
     CHECK ((auth_method = 'private_key_jwt') = (secret_hash IS NULL)),
     CHECK ((previous_secret_hash IS NULL) = (previous_until IS NULL))
   )`,
  `CREATE INDEX oauth_clients_of_tenant ON oauth_clients (tenant, created_at DESC, id DESC)`,
  // The private part is encrypted, and gone once the key signs no more.
  `CREATE TABLE server_signing_keys (
     id text PRIMARY KEY,
     purpose text NOT NULL CHECK (purpose IN ('tokens', 'responses')),
     public_jwk jsonb NOT NULL,
     sealed_private_key bytea,
     created_at timestamptz NOT NULL,
     signs_from timestamptz NOT NULL,
     signs_until timestamptz NOT NULL,
     published_until timestamptz NOT NULL,
     CHECK (signs_from < signs_until AND signs_until < published_until)
   )`,
  `CREATE TABLE request_signing_keys (
     id text PRIMARY KEY,
     api_key_id text NOT NULL REFERENCES api_keys,
     name text NOT NULL,
     algorithm text NOT NULL CHECK (algorithm IN ('ed25519', 'hmac-sha256')),
     public_key bytea,
     sealed_secret bytea,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL,
     revoked_at timestamptz,
     CHECK ((algorithm = 'ed25519') = (public_key IS NOT NULL)),
     CHECK ((algorithm = 'hmac-sha256') = (sealed_secret IS NOT NULL))
   )`,
  `CREATE INDEX request_signing_keys_of_key ON request_signing_keys (api_key_id)`,
  `CREATE TABLE used_once (
     space text NOT NULL,
     digest bytea NOT NULL,
     expires_at timestamptz NOT NULL,
     PRIMARY KEY (space, digest)
   )`,
  `CREATE INDEX used_once_expired ON used_once (expires_at)`,
];

const down = [
  `DROP TABLE used_once`,
  `DROP TABLE request_signing_keys`,
  `DROP TABLE server_signing_keys`,
  `DROP TABLE oauth_clients`,
];
