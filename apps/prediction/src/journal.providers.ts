import { MarketClockReader } from '@btcforecast/candle-reader';
import { AppError, Clock, Closers, ENV, EventBus, ReplicaReads, RpcClient } from '@btcforecast/platform';
import {
  type CutOff,
  cutOffForecasting,
  FeedSettings,
  ForecastCatchUp,
  ForecastJournal,
  ForecastRepository,
  JournaledForecastRepository,
  JournalReplay,
  ModelStore,
  RegionForecasting,
} from '@btcforecast/prediction';
import { Injectable, type Provider } from '@nestjs/common';
import { JournalMetrics } from './journal.metrics.js';
import type { PredictionEnv } from './prediction.env.js';

/** The journal, or null where the configuration names no folder for one. */
export const JOURNAL = Symbol('JOURNAL');
const MEGABYTE = 1_048_576;

/** What is the same with the primary and without it. */
@Injectable()
class SharedParts {
  constructor(
    readonly models: ModelStore,
    readonly rpc: RpcClient,
    readonly events: EventBus,
    readonly settings: FeedSettings,
    readonly clock: Clock,
  ) {}
}

/** What the journal is emptied into. */
@Injectable()
class PrimaryParts {
  constructor(
    readonly catchUp: ForecastCatchUp,
    readonly forecasts: ForecastRepository,
    readonly clock: MarketClockReader,
  ) {}
}

/** What keeps forecasts coming while the primary is away. */
export const journalProviders: Provider[] = [
  JournalMetrics,
  SharedParts,
  PrimaryParts,
  {
    provide: JOURNAL,
    inject: [ENV, JournalMetrics, Closers],
    useFactory: async (
      env: PredictionEnv,
      metrics: JournalMetrics,
      closers: Closers,
    ): Promise<ForecastJournal | null> => {
      const { FORECAST_JOURNAL_DIR: folder, FORECAST_JOURNAL_MAX_MEGABYTES: megabytes } = env;
      if (folder === undefined) return null;
      if (env.DATABASE_REPLICA_URL === undefined) throw withoutReplica();
      const journal = await ForecastJournal.open({ folder, maxBytes: megabytes * MEGABYTE });
      closers.add(() => journal.close());
      metrics.show(journal);
      return journal;
    },
  },
  {
    provide: RegionForecasting,
    inject: [PrimaryParts, SharedParts, JOURNAL, ReplicaReads, JournalMetrics],
    useFactory: (
      primary: PrimaryParts,
      shared: SharedParts,
      journal: ForecastJournal | null,
      reads: ReplicaReads,
      metrics: JournalMetrics,
    ): RegionForecasting => {
      const cutOff = journal && cutOffBy(journal, { primary, shared, reads, metrics });
      return new RegionForecasting(primary.catchUp, cutOff);
    },
  },
];

interface Parts {
  readonly primary: PrimaryParts;
  readonly shared: SharedParts;
  readonly reads: ReplicaReads;
  readonly metrics: JournalMetrics;
}

function cutOffBy(journal: ForecastJournal, { primary, shared, reads, metrics }: Parts): CutOff | null {
  const catchUp = reads.ofReplica((replica) => {
    const forecasts = new JournaledForecastRepository(replica, journal, shared.clock, metrics);
    return cutOffForecasting({ ...shared, replica, forecasts });
  });
  if (!catchUp) return null;
  return {
    catchUp,
    replay: new JournalReplay(
      journal,
      primary.forecasts,
      primary.clock,
      shared.events,
      shared.settings,
      metrics,
    ),
    isPrimaryAway: () => reads.primaryAway,
    turned: (isAway) => metrics.turned(isAway),
  };
}

function withoutReplica(): AppError {
  const message =
    'FORECAST_JOURNAL_DIR needs a replica to read from while the primary is away: set DATABASE_REPLICA_URL, or leave the journal out';
  return new AppError('caller', 'config.invalid', message);
}
