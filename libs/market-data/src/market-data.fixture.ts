import { createDataSource } from '@btcforecast/database';
import {
  Clock,
  createEventBus,
  createLogger,
  JobQueues,
  Metrics,
  ReplicaReads,
  type EventBus,
} from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { assembleMarketData, type MarketData } from './assemble-market-data.js';
import { Exchanges } from './exchange/exchanges.js';
import type { ExchangePort } from './exchange/exchange-port.js';
import type { IngestOptions } from './ingest/ingest-options.js';
import { IngestSettings } from './ingest/ingest-settings.js';
import { sleep } from './ingest/sleep.js';

export const INSTRUMENT = 'BTC-USD';

/** A database of one's own, and market data on it as often as a test wants: each `assemble` is another process. */
export interface Rig {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  assemble(given: Assembly): Assembled;
  /** Ends everything that was assembled and drops the database. */
  close(): Promise<void>;
}

export interface Assembly {
  readonly venues: ReadonlyMap<string, () => Promise<ExchangePort>>;
  readonly feed?: string;
  readonly source?: 'live' | 'replay' | 'demo';
  readonly options?: Partial<IngestOptions>;
  readonly clock?: Clock;
  /** Whether jobs are worked off, as the worker does; default true. */
  readonly works?: boolean;
}

export interface Assembled extends MarketData {
  readonly events: EventBus;
  readonly jobs: JobQueues;
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Paces for tests: the same behaviour in a fraction of the time. */
export const QUICK: Partial<IngestOptions> = {
  reconcileMs: 200,
  requestAfterMs: 150,
  gapAfterMs: 5_000,
  silentAtLeastMs: 700,
  silentAtMostMs: 1_500,
  reconnectFirstMs: 50,
  reconnectMaxMs: 200,
  failoverAfterMs: 800,
  failBackProbeMs: 100,
  failBackAfterMs: 500,
  gapFirstRetryMs: 1,
};

export async function openRig(): Promise<Rig> {
  const database = await testDatabase();
  const dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const running = new Set<Assembled>();
  return {
    database,
    dataSource,
    assemble: (given) => {
      const assembled = assembleOn(database.url, dataSource, given, () => running.delete(assembled));
      running.add(assembled);
      return assembled;
    },
    close: async () => {
      for (const assembled of running) await assembled.stop();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

function assembleOn(url: string, dataSource: DataSource, given: Assembly, onStop: () => void): Assembled {
  const { feed = 'live', source = 'live', options = {}, clock = new Clock() } = given;
  const logger = createLogger('test', { level: 'silent' });
  const events = createEventBus({ databaseUrl: url, logger });
  const queueEnv = { DATABASE_URL: url, REDIS_URL: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined };
  const jobs = new JobQueues(queueEnv, logger);
  const metrics = new Metrics({ service: 'test', region: 'solo' });
  const exchanges = new Exchanges(given.venues);
  const settings = new IngestSettings({ feed, source, instrument: INSTRUMENT }, { ...QUICK, ...options });
  const marketData = assembleMarketData({
    dataSource,
    reads: new ReplicaReads({ primary: dataSource, maxLagMs: 0, metrics, logger }),
    settings,
    exchanges,
    clock,
    events,
    jobs,
    metrics,
    logger,
  });
  const stopped = new AbortController();
  const working = given.works === false ? undefined : workOff(jobs, marketData, stopped.signal);
  let stopping: Promise<void> | undefined;
  const end = async () => {
    stopped.abort();
    await working;
    await marketData.ingestor.stop();
    await exchanges.close();
    await Promise.all([events.close(), jobs.close()]);
    onStop();
  };
  return { ...marketData, events, jobs, metrics, stop: () => (stopping ??= end()) };
}

/** Does what the worker does: takes the jobs of the queue and has them done. */
async function workOff(jobs: JobQueues, { repair }: MarketData, signal: AbortSignal): Promise<void> {
  const queue = await jobs.queue('data_processing');
  while (!signal.aborted) {
    for (const job of await queue.getJobs(['waiting', 'prioritized'])) {
      await repair.repair(String((job.data as { gapId: string }).gapId), signal).catch(() => undefined);
      await job.remove();
    }
    await sleep(100, signal);
  }
}

/** What is stored, in order, without the time of storing. */
export async function storedCandles(
  dataSource: DataSource,
  venue: string,
  interval: string,
): Promise<string[]> {
  const rows = await dataSource.query<{ line: string }[]>(
    `SELECT concat_ws(' ', date_part('epoch', open_time) * 1000, open, high, low, close, volume) AS line
     FROM candles WHERE venue = $1 AND "interval" = $2 ORDER BY open_time`,
    [venue, interval],
  );
  return rows.map(({ line }) => line);
}
