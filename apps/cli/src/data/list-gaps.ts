import { createDataSource } from '@btcforecast/database';
import { GapLedger, type Gap, type GapState } from '@btcforecast/market-data';
import { AppError } from '@btcforecast/platform/errors';
import type { DataSource } from 'typeorm';
import { databaseUrl } from '../running-system.js';
import { textTable } from '../text-table.js';

export interface GapOptions {
  readonly state?: GapState;
  readonly limit: number;
  readonly json?: boolean;
}

/** `btcf data gaps` */
export async function listGaps({ state, limit, json }: GapOptions): Promise<void> {
  const dataSource = await openDatabase();
  try {
    const gaps = await new GapLedger(dataSource).list({ state, limit });
    if (json) for (const gap of gaps) process.stdout.write(`${JSON.stringify(plain(gap))}\n`);
    else process.stdout.write(gaps.length === 0 ? 'no gaps\n' : table(gaps));
  } finally {
    await dataSource.destroy();
  }
}

/** The database of the running system. @throws AppError transient database.unavailable */
export async function openDatabase(): Promise<DataSource> {
  const dataSource = createDataSource({ url: databaseUrl(), applicationName: 'btcf', poolSize: 2 });
  try {
    return await dataSource.initialize();
  } catch (error) {
    const message = `the database does not answer (${(error as Error).message}): start the system with npm start, or correct DATABASE_URL`;
    throw new AppError('transient', 'database.unavailable', message, {}, { cause: error });
  }
}

function plain(gap: Gap): object {
  const { id, instrument, venue, interval, state, attempts, lastError } = gap;
  return {
    id,
    instrument,
    venue,
    interval,
    from: iso(gap.from),
    to: iso(gap.to),
    state,
    attempts,
    lastError,
  };
}

function table(gaps: readonly Gap[]): string {
  const head = ['id', 'instrument', 'venue', 'interval', 'from', 'to', 'state', 'attempts', 'last problem'];
  const rows = gaps.map((gap) => [
    gap.id,
    gap.instrument,
    gap.venue,
    gap.interval,
    iso(gap.from),
    iso(gap.to),
    gap.state,
    String(gap.attempts),
    gap.lastError ?? '',
  ]);
  return textTable(head, rows);
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}
