import { performance } from 'node:perf_hooks';
import { MarketFeedReader, type MarketFeed } from '@btcforecast/candle-reader';
import { AppError } from '@btcforecast/platform';
import type { ModelManifest } from '@btcforecast/training';
import { Inject, Injectable } from '@nestjs/common';
import { ModelStore, type OriginGroup } from '../models/model-store.js';
import { isSameModel, referenceText } from '../registry/alias-move.js';
import { ForecastMaker, MAX_BATCH, type FailedOrigin, type MakeReport } from './forecast-maker.service.js';
import { ForecastPublisher, type IssuedForecast, type ReadyForecasts } from './forecast-publisher.service.js';
import type { OriginWindow } from './origin-window.js';

/** Why a challenger has no forecast for some origins; the champion's are there. */
export interface ChallengerFailure {
  readonly model: string;
  readonly origins: readonly number[];
  readonly reason: string;
}

export interface IssueReport {
  /** The champion's and the challenger's. */
  readonly issued: readonly IssuedForecast[];
  /** Origins that the champion could not answer; they do not stop the others. */
  readonly failures: readonly FailedOrigin[];
  readonly challengerFailures: readonly ChallengerFailure[];
  readonly windowSeconds: number;
  readonly inferenceSeconds: number;
  /** All of it, storing included. */
  readonly totalSeconds: number;
}

/** What a model has made of a window. */
interface Batch extends MakeReport {
  readonly manifest: ModelManifest;
  readonly window: OriginWindow;
}

type GroupReport = Omit<IssueReport, 'totalSeconds'>;

/** What of the models is needed here. */
export type IssuingModels = Pick<ModelStore, 'runtime' | 'plan' | 'withChampion' | 'use'>;

/** Makes forecasts and keeps them: the champion's, and then the challenger's for the same origins. */
@Injectable()
export class ForecastIssuer {
  constructor(
    private readonly maker: ForecastMaker,
    @Inject(ModelStore) private readonly models: IssuingModels,
    private readonly feeds: MarketFeedReader,
    private readonly publisher: ForecastPublisher,
  ) {}

  /** Event time, ms. @throws AppError transient market.clock_unknown */
  eventNow(feed: string, instrument: string): Promise<number> {
    return this.publisher.eventNow(feed, instrument);
  }

  /**
   * Issues forecasts of all horizons for each origin from the candles of the feed's active venue, by the champion of
   * each origin. All horizons of an origin are stored in one transaction. Doing it again stores nothing new. The
   * challenger of an origin comes after the champion; whatever fails there is reported and changes nothing else.
   *
   * The time of issue is event time, read when the answers are ready, so that slowness makes a forecast late
   * rather than look on time.
   *
   * @param origins close times of hourly candles, ms, ascending, at most 64 within 64 hours
   * @throws AppError transient market.clock_unknown when event time is not known: nothing is stored then;
   *   forecast.model_not_ready when no model can answer
   */
  async issue(feed: string, instrument: string, origins: readonly number[]): Promise<IssueReport> {
    if (origins.length > MAX_BATCH)
      throw new RangeError(`at most ${MAX_BATCH} origins, not ${origins.length}`);
    const startedAt = performance.now();
    await this.eventNow(feed, instrument); // fails before the work rather than after it
    const market = await this.#market(feed, instrument);
    const reports: GroupReport[] = [];
    for (const group of await this.models.plan(instrument, origins)) {
      reports.push(await this.#issueGroup(group, market));
    }
    const sum = (pick: (report: GroupReport) => number) =>
      reports.reduce((total, report) => total + pick(report), 0);
    return {
      issued: reports.flatMap(({ issued }) => issued),
      failures: reports.flatMap(({ failures }) => failures),
      challengerFailures: reports.flatMap(({ challengerFailures }) => challengerFailures),
      windowSeconds: sum(({ windowSeconds }) => windowSeconds),
      inferenceSeconds: sum(({ inferenceSeconds }) => inferenceSeconds),
      totalSeconds: (performance.now() - startedAt) / 1_000,
    };
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

  async #issueGroup(group: OriginGroup, market: MarketFeed): Promise<GroupReport> {
    const batch = await this.models.withChampion(group, async (model): Promise<Batch> => {
      const { manifest } = model;
      const { instrument, venue } = market;
      const question = { instrument, venue, origins: group.origins, manifests: [manifest] };
      const window = await this.maker.readWindow(question);
      return { ...(await this.maker.make(model, window)), manifest, window };
    });
    const issued = await this.#publish(batch, { market, role: 'champion', shown: true });
    const challenge = await this.#challenge(group, batch, market);
    return {
      issued: [...issued, ...challenge.issued],
      failures: batch.failures,
      challengerFailures: challenge.failures,
      windowSeconds: batch.window.querySeconds,
      inferenceSeconds: batch.inferenceSeconds,
    };
  }

  /** The challenger's forecasts of the group, stored beside the champion's; never rejects. */
  async #challenge(
    { challenger, canary, origins }: OriginGroup,
    champion: Batch,
    market: MarketFeed,
  ): Promise<{ issued: readonly IssuedForecast[]; failures: readonly ChallengerFailure[] }> {
    // It may be champion itself: as the predecessor of one that cannot be loaded.
    if (!challenger || isSameModel(challenger, champion.manifest)) return { issued: [], failures: [] };
    const model = referenceText(challenger);
    const shown = isSameModel(canary, challenger); // to the share of callers that it answers
    try {
      const batch = await this.models.use(challenger, async (loaded): Promise<Batch> => {
        const { manifest } = loaded;
        const { instrument, venue } = market;
        const question = { instrument, venue, origins, manifests: [manifest] };
        const reaches = champion.window.reaches(manifest);
        const window = reaches ? champion.window : await this.maker.readWindow(question);
        return { ...(await this.maker.make(loaded, window)), manifest, window };
      });
      const issued = await this.#publish(batch, { market, role: 'challenger', shown });
      const failures = batch.failures.map(({ origin, reason }) => ({ model, origins: [origin], reason }));
      return { issued, failures };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { issued: [], failures: [{ model, origins, reason }] };
    }
  }

  #publish({ made, manifest }: Batch, rest: Pick<ReadyForecasts, 'market' | 'role' | 'shown'>) {
    return this.publisher.publish({ made, manifest, runtime: this.models.runtime, ...rest });
  }
}
