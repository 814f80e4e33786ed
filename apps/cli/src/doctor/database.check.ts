import { createDataSource } from '@btcforecast/database';
import { ok, type Outcome, wrong } from './check.js';

/** The database answers and has the newest schema. */
export async function checkDatabase(url: string): Promise<Outcome> {
  const dataSource = createDataSource({ url, applicationName: 'btcf doctor', poolSize: 1 });
  try {
    await dataSource.initialize();
  } catch (error) {
    return wrong(
      `cannot be reached: ${(error as Error).message}`,
      'the supervisor starts it again; read its log in the data folder',
    );
  }
  try {
    const isPending = await dataSource.showMigrations();
    return isPending
      ? wrong('its schema is older than this program', 'stop the system and run npm start: it migrates')
      : ok('reached, with the newest schema');
  } finally {
    await dataSource.destroy();
  }
}
