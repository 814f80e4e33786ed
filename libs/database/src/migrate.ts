import { createDataSource } from './data-source.js';

/** Any fixed number will do; two migrators of one database must use the same. */
const MIGRATION_LOCK = 7_286_101;

/**
 * Brings the database to the newest schema and returns the names of the migrations that ran.
 * Safe to call from several processes at once: an advisory lock makes the others wait and find nothing to do.
 * Services never call this at boot; the supervisor or a one-shot job does.
 */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = createDataSource({ url, applicationName: 'migrate', poolSize: 2 });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SET statement_timeout = 0');
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await dataSource.runMigrations();
    return done.map(({ name }) => name);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}
