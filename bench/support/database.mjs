import { join } from 'node:path';
import { onCleanUp } from './clean-up.mjs';
import { scratchFolder } from './scratch.mjs';

/** The embedded PostgreSQL as `npm start` runs it, with the newest schema and nothing in it. */
export async function startDatabase() {
  const { startEmbeddedPostgres } = await import('@btcforecast/database/embedded');
  const { migrate } = await import('@btcforecast/database');
  const dataDir = join(scratchFolder(), 'data');
  const server = await startEmbeddedPostgres({ dataDir });
  onCleanUp(() => server.stop());
  await migrate(server.url);
  return server.url;
}

export async function openDataSource(url) {
  const { createDataSource } = await import('@btcforecast/database');
  const dataSource = await createDataSource({ url, applicationName: 'bench' }).initialize();
  onCleanUp(() => dataSource.destroy());
  return dataSource;
}
