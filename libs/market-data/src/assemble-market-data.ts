import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import type { Clock, EventBus, JobQueues, Logger, Metrics, Reads, ReplicaReads } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import { CandleIntake } from './candles/candle-intake.service.js';
import { CandleWriter } from './candles/candle-writer.js';
import { MissingCandlesReader } from './candles/missing-candles.reader.js';
import type { Exchanges } from './exchange/exchanges.js';
import { GapLedger } from './gaps/gap-ledger.js';
import { GapRepair } from './gaps/gap-repair.service.js';
import { GapWatch } from './gaps/gap-watch.service.js';
import { Backfill } from './ingest/backfill.service.js';
import { CandleFiller } from './ingest/candle-filler.js';
import type { IngestSettings } from './ingest/ingest-settings.js';
import { Ingestor } from './ingest/ingestor.service.js';
import { MarketFeedRepository } from './ingest/market-feed.repository.js';
import { RecentHours } from './ingest/recent-hours.js';
import { VenueSelector } from './ingest/venue-selector.js';
import { MarketDataMetrics } from './market-data.metrics.js';
import { CandleQueries } from './queries/candle-queries.service.js';
import { InstrumentQueries } from './queries/instrument-queries.service.js';

export interface MarketDataNeeds {
  readonly dataSource: DataSource;
  readonly reads: ReplicaReads;
  readonly settings: IngestSettings;
  readonly exchanges: Exchanges;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly jobs: JobQueues;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** The use cases of market data; nothing runs until the ingestor is started. */
export interface MarketData {
  readonly ingestor: Ingestor;
  readonly backfill: Backfill;
  readonly repair: GapRepair;
  readonly gaps: GapWatch;
  readonly intake: CandleIntake;
  readonly recent: RecentHours;
  /** What clients ask; the replica may answer, since no client writes any of it. */
  readonly queries: Reads<MarketQueries>;
}

export interface MarketQueries {
  readonly candles: CandleQueries;
  readonly instruments: InstrumentQueries;
}

function marketQueries(dataSource: DataSource, clock: Clock, settings: IngestSettings): MarketQueries {
  const reader = new CandleReader(dataSource);
  const feeds = new MarketFeedReader(dataSource);
  const ledger = new GapLedger(dataSource);
  const marketClock = new MarketClockReader(feeds, clock);
  return {
    candles: new CandleQueries(reader, feeds, ledger, clock, settings),
    instruments: new InstrumentQueries(dataSource, reader, feeds, marketClock, ledger, settings),
  };
}

/** Puts the parts together: the only place that knows them all. */
export function assembleMarketData(needs: MarketDataNeeds): MarketData {
  const { dataSource, settings, exchanges, clock, events, jobs } = needs;
  const reporting = { logger: needs.logger, metrics: new MarketDataMetrics(needs.metrics) };
  const reader = new CandleReader(dataSource);
  const feedReader = new MarketFeedReader(dataSource);
  const missing = new MissingCandlesReader(dataSource);
  const ledger = new GapLedger(dataSource);
  const intake = new CandleIntake(new CandleWriter(dataSource), reader, events, reporting);
  const filler = new CandleFiller(intake);
  const gaps = new GapWatch(ledger, jobs, events, clock, settings, reporting);
  const feeds = new MarketFeedRepository(dataSource, settings);
  const recent = new RecentHours(exchanges, feeds, settings, clock);
  const selector = new VenueSelector(exchanges, settings, clock, reporting);
  const parts = {
    settings,
    clock,
    reporting,
    exchanges,
    selector,
    intake,
    filler,
    missing,
    reader,
    gaps,
    feeds,
    recent,
  };
  return {
    ingestor: new Ingestor(parts, feedReader),
    backfill: new Backfill(filler, exchanges, feedReader, gaps, settings),
    repair: new GapRepair(gaps, missing, filler, exchanges, clock, settings),
    gaps,
    intake,
    recent,
    queries: needs.reads.of((source) => marketQueries(source, clock, settings)),
  };
}
