import { MarketFeedReader, MarketClockReader } from '@btcforecast/candle-reader';
import { HORIZON_HOURS, type Horizon, type PerformanceReply, type Window } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { FeedSettings } from '../feed-settings.js';
import { PerformanceRepository } from './performance.repository.js';
import { summarise } from './summarise.js';

const DAY_MS = 86_400_000;
const WINDOW_MS: Readonly<Record<Window, number>> = {
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '365d': 365 * DAY_MS,
  all: Number.POSITIVE_INFINITY,
};
/** More than a year of hourly origins; of a longer window the newest are counted. */
const MAX_COUNTED = 10_000;

/** What the forecasts of a horizon were worth, beside what the baselines were worth at the same origins. */
@Injectable()
export class PerformanceService {
  constructor(
    private readonly repository: PerformanceRepository,
    private readonly feeds: MarketFeedReader,
    private readonly clock: MarketClockReader,
    private readonly settings: FeedSettings,
  ) {}

  /**
   * A window reaches back from event time now: to it belong the forecasts whose target lies inside it, and those
   * whose target is still to come. Counted are canonical forecasts that matured, were issued on time and are not
   * in sample; all others are listed under `excluded`.
   */
  async performance(instrument: string, horizon: Horizon, window: Window): Promise<PerformanceReply> {
    const { feed, source } = this.settings;
    const horizonHours = HORIZON_HOURS[horizon];
    const until = await this.#eventNow(instrument);
    const since = Math.max(0, until - WINDOW_MS[window]);
    const scope = { feed, instrument, horizonHours, since, until };
    const [rows, excluded] = await Promise.all([
      this.repository.listCounted(scope, MAX_COUNTED),
      this.repository.countExcluded(scope),
    ]);
    return { instrument, horizon, window, source, ...summarise(rows, horizonHours), excluded };
  }

  /** While the clock is unknown, the past is still the past: its last known instant will do for looking back. */
  async #eventNow(instrument: string): Promise<number> {
    const { feed } = this.settings;
    try {
      return await this.clock.now(feed, instrument);
    } catch (error) {
      if (!isAppError(error) || error.code !== 'market.clock_unknown') throw error;
      return (await this.feeds.feed(feed, instrument))?.eventAt ?? 0;
    }
  }
}
