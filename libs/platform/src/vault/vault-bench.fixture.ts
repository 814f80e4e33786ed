import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot, testDatabase, type TestDatabase, VaultStandIn } from '@btcforecast/testing';
import { Client } from 'pg';

const run = promisify(execFile);

/** The stand-in for Vault, set up by deploy/vault/bootstrap.sh, with a database in which it may make users. */
export class VaultBench {
  private constructor(
    readonly vault: VaultStandIn,
    readonly database: TestDatabase,
    readonly folder: string,
    /** Role that all users act as; roles belong to the whole server, so it has a name of its own. */
    readonly owner: string,
  ) {}

  static async open(): Promise<VaultBench> {
    const database = await testDatabase({ migrated: false });
    const name = new URL(database.url).pathname.slice(1);
    const bench = new VaultBench(
      await VaultStandIn.start(),
      database,
      await mkdtemp(join(tmpdir(), 'btcf-vault-')),
      `owner_${name}`,
    );
    await bench.sql(
      `CREATE ROLE ${bench.owner}`,
      `CREATE ROLE ${bench.owner}_vault LOGIN CREATEROLE PASSWORD 'makes users' IN ROLE pg_signal_backend`,
      `GRANT ${bench.owner} TO ${bench.owner}_vault WITH ADMIN OPTION`,
      `GRANT CREATE ON SCHEMA public TO ${bench.owner}`,
    );
    const files = {
      rpc_token: 'shared-by-all-services',
      redis_url: 'redis://:p@ss"\\word@host:6379',
      redis_cache_url: 'redis://c',
    };
    await mkdir(bench.path('secrets'));
    for (const [file, text] of Object.entries({
      ...files,
      secrets_key: 'key',
      postgres_vault: 'makes users',
    })) {
      await writeFile(bench.path('secrets', file), text);
    }
    await bench.bootstrap();
    return bench;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs the script as an operator does. */
  async bootstrap(...args: string[]): Promise<string> {
    const { hostname, port, pathname } = new URL(this.database.url);
    const { stdout } = await run(join(repositoryRoot, 'deploy', 'vault', 'bootstrap.sh'), args, {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        VAULT_ADDR: this.vault.url,
        VAULT_TOKEN: this.vault.rootToken,
        SECRETS_DIR: this.path('secrets'),
        DATABASE: `postgresql://{{username}}:{{password}}@${hostname}:${port}${pathname}`,
        DATABASE_USER: `${this.owner}_vault`,
        DATABASE_OWNER: this.owner,
      },
    });
    return stdout;
  }

  /** What a service is configured with to log in. */
  env(service: string): Record<string, string> {
    return {
      VAULT_ADDR: this.vault.url,
      VAULT_ROLE_ID_FILE: this.path('secrets', `vault_${service}_role_id`),
      VAULT_SECRET_ID_FILE: this.path('secrets', `vault_${service}_secret_id`),
      VAULT_KV_PATHS: `secret/btcforecast/common,secret/btcforecast/${service}`,
      LOG_LEVEL: 'fatal',
    };
  }

  /** Users of PostgreSQL live as long as this from now on, seconds. */
  async lendFor(seconds: number, most: number): Promise<void> {
    const text = await readFile(join(repositoryRoot, 'deploy', 'vault', 'database-role.json'), 'utf8');
    const role = JSON.parse(text.replaceAll('@owner@', this.owner));
    await this.vault.write('database/roles/btcforecast', { ...role, default_ttl: seconds, max_ttl: most });
  }

  /** Tokens of a service live as long as this from now on, seconds. */
  async tokensFor(service: string, seconds: number, most: number): Promise<void> {
    await this.vault.write(`auth/approle/role/btcforecast-${service}`, {
      token_policies: `btcforecast-${service}`,
      token_ttl: seconds,
      token_max_ttl: most,
    });
  }

  /** As the superuser. */
  async sql(...statements: string[]): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.database.url });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const text of statements) rows = (await client.query(text)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  /** The users that Vault has made and not taken back. */
  async users(): Promise<string[]> {
    const rows = await this.sql(
      `SELECT member::regrole::text AS name FROM pg_auth_members
       WHERE roleid = '${this.owner}'::regrole AND member::regrole::text NOT LIKE '%\\_vault' ORDER BY 1`,
    );
    return rows.map(({ name }) => String(name));
  }

  async close(): Promise<void> {
    await this.vault.close();
    await this.sql(`DROP OWNED BY ${this.owner}`);
    await this.database.drop();
    await rm(this.folder, { recursive: true });
  }
}
