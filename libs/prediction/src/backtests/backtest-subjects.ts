import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { AppError } from '@btcforecast/platform';
import { HOUR_MS, MIN_PRESENT_SLOTS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { parseModelReference, type ModelReference } from '../models/model-files.js';
import { modelNotFound } from '../models/model-not-found.js';
import { ModelStore } from '../models/model-store.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { referenceText } from '../registry/alias-move.js';
import type { AskedBacktest } from './backtest-request.js';

/** What the words of a client mean: a market, a version of a model. */
@Injectable()
export class BacktestSubjects {
  constructor(
    private readonly models: ModelStore,
    private readonly versions: ModelVersionRepository,
    private readonly feeds: MarketFeedReader,
    private readonly candles: CandleReader,
    private readonly clock: MarketClockReader,
  ) {}

  /** @throws AppError caller instrument.unknown unless the feed has candles of it; backtest.out_of_range without an origin among them */
  async requireCandles(feed: string, { instrument, from, to }: AskedBacktest): Promise<void> {
    const market = await this.feeds.feed(feed, instrument);
    const series = { instrument, venue: market?.venue ?? '', interval: '1h' } as const;
    const [oldest, newest] = await Promise.all([
      market && this.candles.oldestOpenTime(series),
      market && this.candles.newestCloseTime(series),
    ]);
    if (oldest === null || newest === null) {
      const message = `there are no candles of ${instrument}; GET /v1/instruments lists what there is`;
      throw new AppError('caller', 'instrument.unknown', message, { instrument });
    }
    const first = oldest + MIN_PRESENT_SLOTS * HOUR_MS;
    if (first <= to && from <= newest) return;
    throw outOfRange(instrument, { first, newest, oldest, isLate: from > newest });
  }

  /**
   * The version that a client's words mean now: `champion`, `<name>` for its newest version, or `<name>@<version>`.
   *
   * @throws AppError caller model.not_found; model.refused for one that cannot be fitted anew as asked
   */
  async versionOf(feed: string, { instrument, model, refit }: AskedBacktest): Promise<ModelReference> {
    const found = model === 'champion' ? await this.#champion(feed, instrument) : await this.#named(model);
    const manifest = found && (await this.versions.findManifest(found.name, found.version));
    if (!found || !manifest) throw modelNotFound(model);
    if (manifest.family !== 'user' || refit === 'none') return found;
    const message = `${referenceText(found)} was brought by a user and cannot be fitted anew; use refit none`;
    throw new AppError('caller', 'model.refused', message, { model });
  }

  async #champion(feed: string, instrument: string): Promise<ModelReference> {
    const now = await this.clock.now(feed, instrument);
    return (await this.models.assignmentAt(instrument, now)).champion;
  }

  async #named(text: string): Promise<ModelReference | null> {
    if (text.includes('@')) return parseModelReference(text);
    const version = await this.versions.findNewest(text);
    return version === null ? null : { name: text, version };
  }
}

interface StoredSpan {
  /** First origin that has history enough, ms. */
  readonly first: number;
  readonly oldest: number;
  readonly newest: number;
  readonly isLate: boolean;
}

function outOfRange(instrument: string, { first, oldest, newest, isLate }: StoredSpan): AppError {
  const [start, end, earliest] = [oldest, newest, first].map((instant) => new Date(instant).toISOString());
  const what = isLate ? 'begins after the newest candle' : 'ends before there are 90 days of candles';
  const range =
    first <= newest
      ? `origins from ${earliest} to ${end} can be asked for`
      : 'no origin can be asked for yet';
  return new AppError(
    'caller',
    'backtest.out_of_range',
    `the backtest ${what}: those of ${instrument} reach from ${start} to ${end}, so ${range}`,
    { instrument },
  );
}
