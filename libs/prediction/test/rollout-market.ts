import { MarketClockReader, MarketFeedReader, CandleReader } from '@btcforecast/candle-reader';
import { HOUR_MS } from '@btcforecast/timeseries';
import { FeedSettings } from '../src/feed-settings.js';
import type { PromotionPolicy } from '../src/lifecycle/promotion-policy.js';
import { RolloutScoresRepository } from '../src/lifecycle/rollout-scores.repository.js';
import { RolloutStateReader } from '../src/lifecycle/rollout-state.reader.js';
import { RolloutRepository } from '../src/lifecycle/rollout.repository.js';
import { RolloutService, type RolloutStep } from '../src/lifecycle/rollout.service.js';
import { ChampionSettings } from '../src/models/champion-settings.js';
import { ScoreRepository } from '../src/scores/score.repository.js';
import { ScoreService } from '../src/scores/score.service.js';
import { openAliases } from './aliases.js';
import { openForecasting, type ForecastingOptions } from './forecasting.js';
import { INSTRUMENT, setFeed, type TestMarket } from './market.js';

export interface RolloutOptions extends ForecastingOptions {
  readonly champion: string;
  readonly policy: PromotionPolicy;
}

/** What forecasts, scores and judges, put together over a test market; hours pass when they are told to. */
export async function openRollout(market: TestMarket, feed: string, options: RolloutOptions) {
  const { dataSource, clock, events } = market;
  const parts = openAliases(market, new ChampionSettings(options.champion));
  const forecasting = await openForecasting(market, new FeedSettings(feed, 'replay', 'test'), options);
  const marketClock = new MarketClockReader(new MarketFeedReader(dataSource), clock);
  const candles = new CandleReader(dataSource);
  const scores = new ScoreService(new ScoreRepository(dataSource), candles, marketClock, events);
  const rollout = new RolloutRepository(dataSource);
  const judge = () =>
    new RolloutService(
      new RolloutStateReader(
        parts.aliases,
        parts.service,
        parts.evaluations,
        rollout,
        new RolloutScoresRepository(dataSource),
      ),
      rollout,
      parts.service,
      parts.evaluations,
      parts.versions,
      marketClock,
    );
  /** One hour passes: the origin is answered, what is due is scored, the rollout is judged. */
  const hour = async (origin: number): Promise<RolloutStep[]> => {
    await setFeed(market, { feed, venue: feed, eventAt: origin + 60_000 });
    await forecasting.issuer.issue(feed, INSTRUMENT, [origin]);
    await scores.scoreDue(feed, INSTRUMENT, origin);
    return judge().judge(feed, INSTRUMENT, options.policy);
  };
  /** Hours pass from `from` on (an origin, ms) until a step is made of one of these kinds; where it was made. */
  const until = async (from: number, kinds: readonly string[], atMost: number) => {
    for (let origin = from; origin < from + atMost * HOUR_MS; origin += HOUR_MS) {
      const steps = await hour(origin);
      if (steps.some(({ kind }) => kinds.includes(kind))) return { origin, steps };
    }
    throw new Error(`no ${kinds.join(' or ')} within ${atMost} hours`);
  };
  return { ...parts, forecasting, rollout, judge, hour, until };
}
export type Rollout = Awaited<ReturnType<typeof openRollout>>;
