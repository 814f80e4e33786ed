import { MarketClockReader } from '@btcforecast/candle-reader';
import { ALIASES, type Alias, type AliasHolderReply, type ModelSummary } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedSettings } from '../feed-settings.js';
import { ConfiguredChampion } from '../models/configured-champion.js';
import { referenceText } from './alias-move.js';
import { AliasRepository } from './alias.repository.js';

type HeldAlias = ModelSummary['aliases'][number];

/** Why somebody is champion whom nobody moved there. */
const CONFIGURED = 'configured';
/** The last instant that a date can hold. */
const END_OF_TIME = 8.64e15;

/** Who holds which alias of this process's feed now, in event time. */
@Injectable()
export class CurrentAliases {
  constructor(
    private readonly aliases: AliasRepository,
    private readonly configured: ConfiguredChampion,
    private readonly clock: MarketClockReader,
    private readonly dataSource: DataSource,
    private readonly settings: FeedSettings,
  ) {}

  /** By version, `name@version`; those that hold none are missing. */
  async byModel(): Promise<Map<string, HeldAlias[]>> {
    const byModel = new Map<string, HeldAlias[]>();
    for (const instrument of await this.#instruments()) {
      for (const { model, alias, since } of await this.#holders(instrument)) {
        byModel.set(model, [...(byModel.get(model) ?? []), { instrument, alias, since }]);
      }
    }
    return byModel;
  }

  /** Of one instrument; empty for one that the feed does not follow. */
  async of(instrument: string): Promise<AliasHolderReply[]> {
    const isFollowed = (await this.#instruments()).includes(instrument);
    return isFollowed ? this.#holders(instrument) : [];
  }

  async #holders(instrument: string): Promise<AliasHolderReply[]> {
    const now = await this.#eventTime(instrument);
    const holders = await Promise.all(ALIASES.map((alias) => this.#holder(instrument, alias, now)));
    return holders.filter((holder) => holder !== null);
  }

  async #holder(instrument: string, alias: Alias, now: number): Promise<AliasHolderReply | null> {
    const holder = await this.aliases.holderAt(this.settings.feed, instrument, alias, now);
    if (holder) {
      const { reason } = holder;
      return { alias, model: referenceText(holder), since: new Date(holder.since).toISOString(), reason };
    }
    if (alias !== 'champion') return null;
    const model = referenceText(await this.configured.of(instrument));
    return { alias, model, since: null, reason: CONFIGURED };
  }

  /** While nobody knows what time it is in the market, every move so far counts. */
  async #eventTime(instrument: string): Promise<number> {
    try {
      return await this.clock.now(this.settings.feed, instrument);
    } catch (error) {
      if (isAppError(error) && error.code === 'market.clock_unknown') return END_OF_TIME;
      throw error;
    }
  }

  async #instruments(): Promise<string[]> {
    const rows = await this.dataSource.query<{ instrument: string }[]>(
      'SELECT instrument FROM market_feeds WHERE feed = $1 ORDER BY instrument',
      [this.settings.feed],
    );
    return rows.map(({ instrument }) => instrument);
  }
}
