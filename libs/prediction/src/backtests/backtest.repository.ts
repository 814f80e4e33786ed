import type { Asker, BacktestResult } from '@btcforecast/contracts';
import { BacktestEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, In, Raw, type FindOptionsWhere } from 'typeorm';
import type { StoredBacktestRequest } from './backtest-request.js';

export interface NewBacktest {
  readonly id: string;
  readonly feed: string;
  readonly tenant: string;
  readonly request: StoredBacktestRequest;
  readonly requestedBy: string;
  /** Wall time, ms. */
  readonly createdAt: number;
}

/** Those of one feed that the asker may see. */
export interface VisibleBacktests extends Asker {
  readonly feed: string;
}

/** Which ones a page shows: after the one that was asked for at this time (ms) under this id. */
export interface BacktestPage {
  readonly after: readonly [askedAt: number, id: string] | null;
  readonly limit: number;
}

export interface BacktestProgress {
  /** Of the work, 0 to 1. */
  readonly share: number;
  readonly stage: string;
}

const OPEN: BacktestEntity['state'][] = ['queued', 'running'];
export const WAITING_STAGE = 'waiting for a worker';
/** Any fixed number: those who count what is open before they add to it wait for each other. */
const ADD_LOCK = 7_286_107;

/** The table `backtests`; no other library writes it. What has ended never changes again. */
@Injectable()
export class BacktestRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds a backtest that waits; false when as many as `maxOpen` of the tenant wait or run already. */
  async add(
    { id, feed, tenant, request, requestedBy, createdAt }: NewBacktest,
    maxOpen: number,
  ): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ADD_LOCK, feed]);
      if ((await manager.countBy(BacktestEntity, { feed, tenant, state: In(OPEN) })) >= maxOpen) return false;
      await manager.insert(BacktestEntity, {
        id,
        feed,
        tenant,
        instrument: request.instrument,
        request: { ...request },
        state: 'queued',
        progress: 0,
        stage: WAITING_STAGE,
        requestedBy,
        createdAt: new Date(createdAt),
      });
      return true;
    });
  }

  find(visible: VisibleBacktests, id: string): Promise<BacktestEntity | null> {
    return this.#repository.findOneBy({ ...conditions(visible), id });
  }

  /** Newest first. */
  list(visible: VisibleBacktests, { after, limit }: BacktestPage): Promise<BacktestEntity[]> {
    const query = this.#repository.createQueryBuilder('backtest').where(conditions(visible));
    if (after) {
      const [at, id] = after;
      query.andWhere('(backtest.createdAt, backtest.id) < (:at, :id)', { at: new Date(at), id });
    }
    return query.orderBy({ 'backtest.createdAt': 'DESC', 'backtest.id': 'DESC' }).limit(limit).getMany();
  }

  /** Ids of those that wait or run, oldest first. */
  async listOpen(feed: string): Promise<string[]> {
    const rows = await this.#repository.find({
      select: { id: true, createdAt: true },
      where: { feed, state: In(OPEN) },
      order: { createdAt: 'ASC' },
    });
    return rows.map(({ id }) => id);
  }

  /** Takes up one that waits, or that ran when its worker died; null when it has ended or never was. */
  async begin(id: string, at: number): Promise<BacktestEntity | null> {
    const { affected } = await this.#repository.update(
      { id, state: In(OPEN) },
      {
        state: 'running',
        progress: 0,
        stage: 'reading candles',
        startedAt: () => `coalesce(started_at, '${new Date(at).toISOString()}')`,
      },
    );
    return affected === 1 ? this.#repository.findOneBy({ id }) : null;
  }

  /** False when it no longer runs: somebody has cancelled it. */
  advance(id: string, { share, stage }: BacktestProgress): Promise<boolean> {
    return this.#change(id, ['running'], { progress: Math.min(1, Math.max(0, share)), stage });
  }

  /** False when somebody has cancelled it meanwhile. */
  complete(id: string, result: BacktestResult, at: number): Promise<boolean> {
    const finishedAt = new Date(at);
    return this.#change(id, ['running'], { state: 'done', progress: 1, stage: 'done', result, finishedAt });
  }

  /** False when it has ended already. */
  fail(id: string, error: { code: string; detail: string }, at: number): Promise<boolean> {
    return this.#change(id, OPEN, { state: 'failed', stage: 'failed', error, finishedAt: new Date(at) });
  }

  /** False when it has ended already. */
  cancel(id: string, at: number): Promise<boolean> {
    return this.#change(id, OPEN, { state: 'cancelled', stage: 'cancelled', finishedAt: new Date(at) });
  }

  async #change(
    id: string,
    from: BacktestEntity['state'][],
    change: Partial<BacktestEntity>,
  ): Promise<boolean> {
    const { affected } = await this.#repository.update({ id, state: In(from) }, change as object);
    return affected === 1;
  }

  get #repository() {
    return this.dataSource.getRepository(BacktestEntity);
  }
}

/** A backtest of several horizons is seen by whoever may see all of them. */
function conditions({
  feed,
  tenant,
  instruments,
  horizons,
}: VisibleBacktests): FindOptionsWhere<BacktestEntity> {
  const within = (column: string): string => `${column} -> 'horizons' <@ CAST(:horizons AS jsonb)`;
  return {
    feed,
    tenant,
    ...(instruments && { instrument: In(instruments) }),
    ...(horizons && { request: Raw(within, { horizons: JSON.stringify(horizons) }) }),
  };
}
