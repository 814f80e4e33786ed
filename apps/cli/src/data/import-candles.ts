import type { Interval } from '@btcforecast/contracts';
import { importCandleFile } from '@btcforecast/market-data';
import { Clock } from '@btcforecast/platform';
import { AppError } from '@btcforecast/platform/errors';
import { Client } from 'pg';
import { databaseUrl } from '../running-system.js';
import { stageProgress } from '../stage-progress.js';

export interface ImportOptions {
  readonly instrument: string;
  readonly venue: string;
  readonly interval: Interval | 'auto';
  readonly onError: 'skip' | 'abort';
}

/** More broken lines than these are counted, not shown. */
const MOST_SHOWN = 20;
const CONNECT_TIMEOUT_MS = 5_000;

/** `btcf data import FILE` */
export async function importCandles(file: string, options: ImportOptions): Promise<void> {
  const client = new Client({
    connectionString: databaseUrl(),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'btcf data import',
  });
  await connect(client);
  const progress = stageProgress(process.stderr);
  const startedAt = performance.now();
  const bad: string[] = [];
  try {
    const outcome = await importCandleFile(client, {
      path: file,
      instrument: options.instrument,
      venue: options.venue,
      interval: options.interval,
      onBadLine: options.onError,
      nowMs: new Clock().now(),
      onProgress: ({ share }) => progress.show(share < 1 ? `reading ${file}` : 'storing', share),
      onBad: (line, reason) =>
        void (bad.length < MOST_SHOWN && bad.push(`line ${line} left out: ${reason}\n`)),
    });
    progress.stop();
    if (options.onError === 'skip') process.stderr.write(bad.join(''));
    const seconds = (performance.now() - startedAt) / 1_000;
    const rate = Math.round(outcome.lines / seconds).toLocaleString('en');
    process.stdout.write(
      `${outcome.stored} new ${outcome.interval} candles of ${options.instrument} at ${options.venue}, ` +
        `${outcome.lines - outcome.badLines - outcome.stored} known already (${outcome.corrections} with other values, ` +
        `kept apart), ${outcome.badLines} of ${outcome.lines} lines broken; ${seconds.toFixed(1)} s, ${rate} lines/s\n`,
    );
  } finally {
    progress.stop();
    await client.end();
  }
}

async function connect(client: Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    const message = `the database does not answer (${(error as Error).message}): start the system with npm start, or correct DATABASE_URL`;
    throw new AppError('transient', 'database.unavailable', message, {}, { cause: error });
  }
}
