import { MarketClockReader } from '@btcforecast/candle-reader';
import { ALIASES, type Alias, type ModelSummary } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedSettings } from '../feed-settings.js';
import { ConfiguredChampion } from '../models/configured-champion.js';
import { referenceText } from './alias-move.js';
import { AliasRepository } from './alias.repository.js';

type HeldAlias = ModelSummary['aliases'][number];

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
      const now = await this.#eventTime(instrument);
      for (const alias of ALIASES) {
        const held = await this.#held(instrument, alias, now);
        if (held) byModel.set(held.model, [...(byModel.get(held.model) ?? []), held.alias]);
      }
    }
    return byModel;
  }

  async #held(
    instrument: string,
    alias: Alias,
    now: number,
  ): Promise<{ model: string; alias: HeldAlias } | null> {
    const holder = await this.aliases.holderAt(this.settings.feed, instrument, alias, now);
    if (holder) {
      const since = new Date(holder.since).toISOString();
      return { model: referenceText(holder), alias: { instrument, alias, since } };
    }
    if (alias !== 'champion') return null;
    const model = referenceText(await this.configured.of(instrument));
    return { model, alias: { instrument, alias, since: null } };
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
