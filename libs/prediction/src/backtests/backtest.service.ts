import { randomUUID } from 'node:crypto';
import type { Asker, BacktestReply, BacktestsReply, PageQuery } from '@btcforecast/contracts';
import { AppError, Clock, EventBus, isAppError, readCursor, writeCursor } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { FeedSettings } from '../feed-settings.js';
import { referenceText } from '../registry/alias-move.js';
import { BacktestQueue } from './backtest-queue.js';
import { backtestReply } from './backtest-reply.js';
import type { AskedBacktest } from './backtest-request.js';
import { BacktestSubjects } from './backtest-subjects.js';
import { BacktestRepository } from './backtest.repository.js';

/** Of a tenant, waiting and running together: one runs at a time, and training waits in the same line. */
const MAX_OPEN = 5;
const LIST = 'backtests';
/** When the last one shown was asked for, ms, and its id. */
const Place = z.tuple([z.number().int().min(0).max(8.64e15), z.uuid()]);

/** Backtests that clients ask for: a record of each, worked off by a worker. */
@Injectable()
export class BacktestService {
  constructor(
    private readonly backtests: BacktestRepository,
    private readonly subjects: BacktestSubjects,
    private readonly queue: BacktestQueue,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
  ) {}

  /**
   * Records what is asked and has a worker do it.
   *
   * @throws AppError caller instrument.unknown, backtest.out_of_range, model.not_found, model.refused,
   *   backtest.conflict when enough are waiting; transient queue.unavailable
   */
  async start(asked: AskedBacktest, asker: Asker, actor: string): Promise<BacktestReply> {
    const { feed } = this.settings;
    await this.subjects.requireCandles(feed, asked);
    const reference = referenceText(await this.subjects.versionOf(feed, asked));
    const id = randomUUID();
    const backtest = {
      id,
      feed,
      tenant: asker.tenant,
      request: { ...asked, reference },
      requestedBy: actor,
      createdAt: this.clock.now(),
    };
    if (!(await this.backtests.add(backtest, MAX_OPEN))) throw enough();
    await this.#enqueue(id);
    return this.find(asker, id);
  }

  /** What the asker may not see is not found. @throws AppError caller backtest.not_found */
  async find(asker: Asker, id: string): Promise<BacktestReply> {
    const row = await this.backtests.find({ ...asker, feed: this.settings.feed }, id);
    if (row) return backtestReply(row, this.settings.source);
    const message = `no backtest has the id ${id}; GET /v1/backtests lists them`;
    throw new AppError('caller', 'backtest.not_found', message, { id });
  }

  /** Newest first. */
  async list(asker: Asker, { limit, cursor }: PageQuery): Promise<BacktestsReply> {
    const { feed, source } = this.settings;
    const after = cursor === undefined ? null : readCursor(LIST, Place, cursor);
    const rows = await this.backtests.list({ ...asker, feed }, { after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const next = last ? writeCursor(LIST, [last.createdAt.getTime(), last.id]) : null;
    return { data: shown.map((row) => backtestReply(row, source)), next, source };
  }

  /**
   * Ends one that waits or runs; its worker notices within a second. Cancelling it again does no harm.
   *
   * @throws AppError caller backtest.not_found; backtest.conflict when it was done or failed already
   */
  async cancel(asker: Asker, id: string): Promise<BacktestReply> {
    await this.find(asker, id);
    const cancelled = await this.backtests.cancel(id, this.clock.now());
    if (cancelled) await this.events.publish('backtest.changed', { id });
    const now = await this.find(asker, id);
    if (now.state === 'cancelled') return now;
    const message = `the backtest has ended already: it is ${now.state}; there is nothing to cancel`;
    throw new AppError('caller', 'backtest.conflict', message, { id });
  }

  /** One that no worker will hear of has failed. */
  async #enqueue(id: string): Promise<void> {
    try {
      await this.queue.enqueue(id);
    } catch (error) {
      const detail = isAppError(error) ? error.message : 'it could not be handed to a worker';
      await this.backtests.fail(id, { code: 'queue.unavailable', detail }, this.clock.now());
      throw error;
    }
  }
}

function enough(): AppError {
  const message = `${MAX_OPEN} backtests are waiting or running; let one end, or cancel one, and ask again`;
  return new AppError('caller', 'backtest.conflict', message, { open: MAX_OPEN });
}
