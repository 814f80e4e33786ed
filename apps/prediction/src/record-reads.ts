import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { Clock, type Reads, ReplicaReads } from '@btcforecast/platform';
import {
  DriftSignalRepository,
  FeedSettings,
  ForecastQueries,
  ForecastRepository,
  PerformanceRepository,
  PerformanceService,
  ScoreRepository,
  StandingRepository,
  StandingService,
  TrackRecordQueries,
} from '@btcforecast/prediction';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Questions about forecasts and their scores. The replica may answer, since no client writes any of it. */
@Injectable()
export class RecordReads {
  readonly forecasts: Reads<ForecastQueries>;
  readonly performances: Reads<PerformanceService>;
  readonly record: Reads<TrackRecordQueries>;

  constructor(reads: ReplicaReads, settings: FeedSettings, clock: Clock) {
    const questions = (source: DataSource) => recordQuestions(source, settings, clock);
    this.forecasts = reads.of((source) => questions(source).forecasts);
    this.performances = reads.of((source) => questions(source).performances);
    this.record = reads.of((source) => new TrackRecordQueries(source, settings));
  }
}

function recordQuestions(source: DataSource, settings: FeedSettings, clock: Clock) {
  const feeds = new MarketFeedReader(source);
  const marketClock = new MarketClockReader(feeds, clock);
  const performance = new PerformanceRepository(source);
  const standings = new StandingService(
    new StandingRepository(source),
    performance,
    new DriftSignalRepository(source),
    marketClock,
    clock,
    settings,
  );
  const forecasts = new ForecastRepository(source);
  return {
    forecasts: new ForecastQueries(forecasts, new ScoreRepository(source), source, settings, standings),
    performances: new PerformanceService(performance, feeds, marketClock, settings),
  };
}
