import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { parseModelReference, type ModelReference } from '../models/model-files.js';
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
    private readonly clock: MarketClockReader,
  ) {}

  /** @throws AppError caller instrument.unknown unless the feed has candles of it */
  async requireMarket(feed: string, instrument: string): Promise<void> {
    if (await this.feeds.feed(feed, instrument)) return;
    const message = `there are no candles of ${instrument}; GET /v1/instruments lists what there is`;
    throw new AppError('caller', 'instrument.unknown', message, { instrument });
  }

  /**
   * The version that a client's words mean now: `champion`, `<name>` for its newest version, or `<name>@<version>`.
   *
   * @throws AppError caller model.not_found; model.refused for one that cannot be fitted anew as asked
   */
  async versionOf(feed: string, { instrument, model, refit }: AskedBacktest): Promise<ModelReference> {
    const found = model === 'champion' ? await this.#champion(feed, instrument) : await this.#named(model);
    const manifest = found && (await this.versions.findManifest(found.name, found.version));
    if (!found || !manifest) {
      const message = `there is no model ${model}; GET /v1/models lists them`;
      throw new AppError('caller', 'model.not_found', message, { model });
    }
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
