import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { Clock, type Reads, ReplicaReads } from '@btcforecast/platform';
import {
  DriftSignalRepository,
  FeedSettings,
  type ForecastJournal,
  ForecastQueries,
  ForecastRepository,
  JournaledForecastRepository,
  PerformanceRepository,
  PerformanceService,
  ScoreRepository,
  StandingRepository,
  StandingService,
  TrackRecordQueries,
} from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { JournalMetrics } from './journal.metrics.js';
import { JOURNAL } from './journal.providers.js';

/** Questions about forecasts and their scores. The replica may answer, since no client writes any of it. */
@Injectable()
export class RecordReads {
  readonly forecasts: Reads<ForecastQueries>;
  readonly newest: Reads<NewestForecast>;
  readonly performances: Reads<PerformanceService>;
  readonly record: Reads<TrackRecordQueries>;

  constructor(
    reads: ReplicaReads,
    settings: FeedSettings,
    clock: Clock,
    @Inject(JOURNAL) journal: ForecastJournal | null,
    metrics: JournalMetrics,
  ) {
    // What waits in the journal is shown beside what is stored, wherever that is read.
    const forecasts = (source: DataSource): ForecastRepository =>
      journal
        ? new JournaledForecastRepository(source, journal, clock, metrics)
        : new ForecastRepository(source);
    const questions = (source: DataSource) => recordQuestions(source, forecasts(source), settings, clock);
    this.newest = reads.of(
      (source) => new NewestForecast(forecasts(source), marketClockOf(source, clock), settings),
    );
    this.forecasts = reads.of((source) => questions(source).forecasts);
    this.performances = reads.of((source) => questions(source).performances);
    this.record = reads.of((source) => new TrackRecordQueries(source, settings));
  }
}

/** How old the newest forecast is. */
class NewestForecast {
  constructor(
    private readonly forecasts: ForecastRepository,
    private readonly clock: MarketClockReader,
    private readonly settings: FeedSettings,
  ) {}

  /** Event time since its origin; null without one. @throws AppError transient market.clock_unknown */
  async ageSeconds(instrument: string): Promise<number | null> {
    const { feed } = this.settings;
    const [newest] = await this.forecasts.listLatest(feed, instrument, [1]);
    return newest ? ((await this.clock.now(feed, instrument)) - newest.originAt.getTime()) / 1_000 : null;
  }
}

function marketClockOf(source: DataSource, clock: Clock): MarketClockReader {
  return new MarketClockReader(new MarketFeedReader(source), clock);
}

function recordQuestions(
  source: DataSource,
  forecasts: ForecastRepository,
  settings: FeedSettings,
  clock: Clock,
) {
  const feeds = new MarketFeedReader(source);
  const marketClock = marketClockOf(source, clock);
  const performance = new PerformanceRepository(source);
  const standings = new StandingService(
    new StandingRepository(source),
    performance,
    new DriftSignalRepository(source),
    marketClock,
    clock,
    settings,
  );
  return {
    forecasts: new ForecastQueries(forecasts, new ScoreRepository(source), source, settings, standings),
    performances: new PerformanceService(performance, feeds, marketClock, settings),
  };
}
