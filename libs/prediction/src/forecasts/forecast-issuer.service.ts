import { performance } from 'node:perf_hooks';
import { MarketClockReader, MarketFeedReader, type MarketFeed } from '@btcforecast/candle-reader';
import { horizonOfHours, type Timeliness } from '@btcforecast/contracts';
import { AppError, EventBus } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { FeedSettings } from '../feed-settings.js';
import { forecastId } from './forecast-id.js';
import { ForecastMaker, MAX_BATCH, type FailedOrigin, type MadeForecast } from './forecast-maker.service.js';
import { ForecastRepository, type StoreOutcome } from './forecast.repository.js';
import type { NewForecast } from './new-forecast.js';
import { timelinessOf } from './timeliness.js';

export interface IssuedForecast {
  readonly id: string;
  /** ms since the epoch. */
  readonly origin: number;
  readonly horizonHours: number;
  readonly timeliness: Timeliness;
  readonly outcome: StoreOutcome;
  /** The model's quantiles were not in order and had to be sorted. */
  readonly sorted: boolean;
}

export interface IssueReport {
  readonly issued: readonly IssuedForecast[];
  /** Origins that could not be answered; they do not stop the others. */
  readonly failures: readonly FailedOrigin[];
  readonly windowSeconds: number;
  readonly inferenceSeconds: number;
  /** All of it, storing included. */
  readonly totalSeconds: number;
}

/** Makes forecasts and keeps them. */
@Injectable()
export class ForecastIssuer {
  constructor(
    private readonly maker: ForecastMaker,
    private readonly feeds: MarketFeedReader,
    private readonly clock: MarketClockReader,
    private readonly forecasts: ForecastRepository,
    private readonly events: EventBus,
    private readonly settings: FeedSettings,
  ) {}

  /** Event time, ms. @throws AppError transient market.clock_unknown */
  eventNow(feed: string, instrument: string): Promise<number> {
    return this.clock.now(feed, instrument);
  }

  /**
   * Issues forecasts of all horizons for each origin from the candles of the feed's active venue. All horizons of
   * an origin are stored in one transaction. Doing it again stores nothing new.
   *
   * The time of issue is event time, read when the answers are ready, so that slowness makes a forecast late
   * rather than look on time. It is never before the origin: a clock estimate may lag behind a candle that has
   * closed already.
   *
   * @param origins close times of hourly candles, ms, ascending, at most 64 within 64 hours
   * @throws AppError transient market.clock_unknown when event time is not known: nothing is stored then
   */
  async issue(feed: string, instrument: string, origins: readonly number[]): Promise<IssueReport> {
    if (origins.length > MAX_BATCH)
      throw new RangeError(`at most ${MAX_BATCH} origins, not ${origins.length}`);
    const startedAt = performance.now();
    await this.clock.now(feed, instrument); // fails before the work rather than after it
    const market = await this.#market(feed, instrument);
    const { made, ...report } = await this.maker.make({ instrument, venue: market.venue, origins });
    const now = await this.clock.now(feed, instrument);
    const rows = made.map((forecast) => this.#rowOf(forecast, market, now));
    const outcomes = await this.forecasts.store(rows);
    const issued = rows.map((row, i) => ({
      id: row.id,
      origin: row.originAt.getTime(),
      horizonHours: row.horizonHours,
      timeliness: row.timeliness,
      outcome: outcomes[i]!, // one for each row
      sorted: made[i]!.sorted,
    }));
    await this.#announce(feed, instrument, issued);
    return { ...report, issued, totalSeconds: (performance.now() - startedAt) / 1_000 };
  }

  async #market(feed: string, instrument: string): Promise<MarketFeed> {
    const market = await this.feeds.feed(feed, instrument);
    if (market) return market;
    throw new AppError(
      'transient',
      'forecast.insufficient_history',
      `no market data of ${instrument} is there yet for the feed ${feed}; it is still being loaded`,
      { feed, instrument },
    );
  }

  #rowOf(made: MadeForecast, market: MarketFeed, now: number): NewForecast {
    const { origin, horizonHours, features } = made;
    const { instrument, venue, feed, source } = market;
    const { name: modelName, version: modelVersion, trainedUntil } = this.maker.champion;
    const issuedAt = Math.max(now, origin);
    return {
      id: forecastId({
        instrument,
        venue,
        originAt: origin,
        horizonHours,
        modelName,
        modelVersion,
        features,
      }),
      feed,
      source,
      instrument,
      venue,
      originAt: new Date(origin),
      horizonHours,
      targetAt: new Date(origin + horizonHours * HOUR_MS),
      modelName,
      modelVersion,
      price: made.price,
      logReturnQuantiles: [...made.quantiles],
      probabilityUp: made.probabilityUp,
      volatility: made.volatility,
      features: [...features],
      baselines: { ...made.baselines } as Record<string, number[]>,
      issuedAt: new Date(issuedAt),
      timeliness: timelinessOf(issuedAt, origin, horizonHours),
      inSample: origin <= trainedUntil,
      region: this.settings.region,
      runtime: { ...this.maker.runtime },
    };
  }

  async #announce(feed: string, instrument: string, issued: readonly IssuedForecast[]): Promise<void> {
    const { name, version } = this.maker.champion;
    const canonical = issued.filter(({ outcome }) => outcome === 'canonical');
    for (const [origin, forecasts] of Map.groupBy(canonical, (forecast) => forecast.origin)) {
      const horizons = forecasts.map(({ horizonHours }) => horizonOfHours(horizonHours));
      await this.events.publish('forecast.issued', {
        feed,
        instrument,
        origin,
        horizons,
        modelVersion: `${name}@${version}`,
      });
    }
  }
}
