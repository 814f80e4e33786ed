import { once } from 'node:events';

/** Stops the PostgreSQL of this run; a server that was given by TEST_DATABASE_URL loses this run's template. */
export default async function tearDown() {
  const keeper = globalThis.btcforecastDatabaseKeeper;
  if (!keeper) return dropTemplate();
  keeper.stdin.end();
  if ((keeper.exitCode ?? keeper.signalCode) === null) await once(keeper, 'exit');
  keeper.stdout.destroy(); // nobody reads it to its end, and an open pipe keeps Jest waiting
}

async function dropTemplate() {
  const { TEST_DATABASE_URL: server, TEST_RUN_ID: run } = process.env;
  if (!server || !run) return;
  const { default: pg } = await import('pg');
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS template_${run} WITH (FORCE)`);
  await admin.end();
}
