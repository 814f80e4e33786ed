import { randomBytes } from 'node:crypto';
import { migrate } from '@btcforecast/database';
import { Client } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Ends all sessions and deletes the database. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** False gives an empty database, for tests of the migrations themselves. Default true. */
  readonly migrated?: boolean;
}

/** Any fixed number: makes the workers of a run build the template once. */
const TEMPLATE_LOCK = 7_286_102;

/**
 * A database of one's own with the newest schema, cloned from a template that is migrated once per test run.
 * It lives on TEST_DATABASE_URL's server, or on the embedded one that the test set-up started.
 */
export async function testDatabase({ migrated = true }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { TEST_DATABASE_URL: server, TEST_RUN_ID: run } = process.env;
  if (!server || !run) {
    throw new Error('no test server: testDatabase works in the Jest projects "integration" and "e2e" only');
  }
  const name = `test_${run}_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, async (admin) => {
    const template = migrated ? await ensureTemplate(admin, server, `template_${run}`) : 'template1';
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: withDatabase(server, name),
    drop: () => asAdmin(server, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

async function ensureTemplate(admin: Client, server: string, template: string): Promise<string> {
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      await admin.query(`CREATE DATABASE ${template}_new`);
      await migrate(withDatabase(server, `${template}_new`));
      await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
    }
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return template;
}

async function asAdmin(server: string, work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
