import { MarketClockReader, type MarketFeed } from '@btcforecast/candle-reader';
import { horizonOfHours, type Timeliness } from '@btcforecast/contracts';
import { EventBus } from '@btcforecast/platform';
import type { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { FeedSettings } from '../feed-settings.js';
import type { Runtime } from '../models/runtime.js';
import { referenceText } from '../registry/alias-move.js';
import type { MadeForecast } from './forecast-maker.service.js';
import { ForecastRepository, type StoreOutcome } from './forecast.repository.js';
import { issuedRow } from './issued-row.js';
import type { NewForecast } from './new-forecast.js';

export interface IssuedForecast {
  readonly id: string;
  /** ms since the epoch. */
  readonly origin: number;
  readonly horizonHours: number;
  readonly role: NewForecast['role'];
  /** `name@version`. */
  readonly model: string;
  readonly timeliness: Timeliness;
  readonly outcome: StoreOutcome;
  /** The model's quantiles were not in order and had to be sorted. */
  readonly sorted: boolean;
}

/** What nobody was told of yet, and clients may be shown. */
const ANNOUNCED: readonly StoreOutcome[] = ['canonical', 'shadow', 'journaled'];

/** Forecasts of one model that are ready. */
export interface ReadyForecasts {
  readonly made: readonly MadeForecast[];
  readonly manifest: ModelManifest;
  readonly runtime: Runtime;
  readonly market: MarketFeed;
  readonly role: NewForecast['role'];
  /** Whether clients may be shown them. */
  readonly shown: boolean;
}

/** Keeps forecasts and tells of them. */
@Injectable()
export class ForecastPublisher {
  constructor(
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
   * Stores forecasts, all or none, issued now: event time is read here, when they are ready. Again stores nothing new.
   *
   * @returns what became of each, in their order
   * @throws AppError transient market.clock_unknown: nothing is stored then
   */
  async publish({ made, manifest, runtime, market, role, shown }: ReadyForecasts): Promise<IssuedForecast[]> {
    const { region } = this.settings;
    const now = await this.eventNow(market.feed, market.instrument);
    const rows = made.map((one) => issuedRow(one, { market, manifest, role, now, region, runtime }));
    const outcomes = await this.forecasts.store(rows);
    const model = referenceText(manifest);
    const issued = rows.map((row, i) => ({
      id: row.id,
      origin: row.originAt.getTime(),
      horizonHours: row.horizonHours,
      role,
      model,
      timeliness: row.timeliness,
      outcome: outcomes[i]!, // one for each row
      sorted: made[i]!.sorted,
    }));
    if (shown) await this.#announce(market, model, issued);
    return issued;
  }

  async #announce(
    { feed, instrument }: MarketFeed,
    modelVersion: string,
    issued: readonly IssuedForecast[],
  ): Promise<void> {
    const fresh = issued.filter(({ outcome }) => ANNOUNCED.includes(outcome));
    for (const [origin, forecasts] of Map.groupBy(fresh, (forecast) => forecast.origin)) {
      const horizons = forecasts.map(({ horizonHours }) => horizonOfHours(horizonHours));
      await this.events.publish('forecast.issued', { feed, instrument, origin, horizons, modelVersion });
    }
  }
}
