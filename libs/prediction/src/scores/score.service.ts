import { CandleReader, MarketClockReader } from '@btcforecast/candle-reader';
import { EventBus } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { scoreForecast, voidScore } from './score-forecast.js';
import {
  ScoreRepository,
  type NewScore,
  type UnscoredCursor,
  type UnscoredForecast,
} from './score.repository.js';

const PAGE = 500;
/** Of the schema of forecast.matured; keeps a notification small. */
const IDS_PER_EVENT = 50;
const DAY_MS = 86_400_000;
/** A target candle that is still missing after this much event time will not come. */
export const VOID_AFTER_MS = 7 * DAY_MS;

/** Ids are hexadecimal. */
const AFTER_ALL_IDS = 'g';

/** Targets in (since, until], ms. */
interface Scope {
  readonly feed: string;
  readonly instrument: string;
  readonly until: number;
  readonly since: number;
}

export interface ScoreResult {
  /** Scores that this call stored. */
  readonly settled: number;
  /** Forecasts that are due and wait for their target candle. */
  readonly waiting: number;
}

/**
 * Settles forecasts whose target has passed. Any number of these may run at once, and twice: the first score of
 * a forecast stays, and who comes second stores nothing.
 */
@Injectable()
export class ScoreService {
  constructor(
    private readonly scores: ScoreRepository,
    private readonly candles: CandleReader,
    private readonly clock: MarketClockReader,
    private readonly events: EventBus,
  ) {}

  /**
   * Scores what has its target candle, canonical or variant, with targets at or before `until` (ms).
   *
   * @param since targets at or before it are left alone, ms; looking at a few days costs less than at all there is
   */
  async scoreDue(feed: string, instrument: string, until: number, since = 0): Promise<ScoreResult> {
    return this.#settle({ feed, instrument, until, since }, () => null);
  }

  /**
   * Scores what is overdue after all, and declares void whose target candle is missing for seven days.
   *
   * @throws AppError transient market.clock_unknown: without event time nothing is overdue
   */
  async voidOverdue(feed: string, instrument: string): Promise<ScoreResult> {
    const now = await this.clock.now(feed, instrument);
    const until = now - VOID_AFTER_MS;
    return this.#settle({ feed, instrument, until, since: 0 }, ({ id }) => voidScore(id, now));
  }

  async #settle(
    { feed, instrument, until, since }: Scope,
    withoutCandle: (forecast: UnscoredForecast) => NewScore | null,
  ): Promise<ScoreResult> {
    let settled = 0;
    let waiting = 0;
    let last: UnscoredCursor = { targetAt: new Date(since), id: AFTER_ALL_IDS };
    for (;;) {
      const due = await this.scores.listUnscored(feed, instrument, until, PAGE, last);
      last = due.at(-1) ?? last;
      if (due.length === 0) return { settled, waiting };
      const closes = await this.#targetCloses(instrument, due);
      const scores = due
        .map((row) => {
          const close = closes.get(keyOf(row));
          return close === undefined ? withoutCandle(row) : scoreForecast(row, close);
        })
        .filter((score) => score !== null);
      const stored = new Set(await this.scores.store(scores));
      settled += stored.size;
      waiting += due.length - scores.length;
      await this.#announce(
        feed,
        instrument,
        due.filter(({ id }) => stored.has(id)),
      );
    }
  }

  /** Closes at the targets by venue and target; a forecast is settled by the venue it was made from. */
  async #targetCloses(instrument: string, due: readonly UnscoredForecast[]): Promise<Map<string, number>> {
    const closes = new Map<string, number>();
    for (const [venue, rows] of Map.groupBy(due, (row) => row.venue)) {
      const targets = [...new Set(rows.map(({ targetAt }) => targetAt.getTime()))];
      const found = await this.candles.closesAt({ instrument, venue, interval: '1h' }, targets);
      for (const [target, close] of found) closes.set(`${venue} ${target}`, close);
    }
    return closes;
  }

  async #announce(feed: string, instrument: string, settled: readonly UnscoredForecast[]): Promise<void> {
    for (const [target, rows] of Map.groupBy(settled, ({ targetAt }) => targetAt.getTime())) {
      const ids = rows.map(({ id }) => id);
      for (let i = 0; i < ids.length; i += IDS_PER_EVENT) {
        const page = ids.slice(i, i + IDS_PER_EVENT);
        await this.events.publish('forecast.matured', { feed, instrument, target, ids: page });
      }
    }
  }
}

function keyOf({ venue, targetAt }: UnscoredForecast): string {
  return `${venue} ${targetAt.getTime()}`;
}
