import type { Alias } from '@btcforecast/contracts';
import { ModelAliasMoveEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource, LessThan, LessThanOrEqual, MoreThan, type EntityManager } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';
import { holderBy, isSameModel, referenceText, type AliasHolder, type AliasMove } from './alias-move.js';

/** Any fixed number: moves of one feed and instrument wait for each other. */
const MOVE_LOCK = 7_286_104;

export interface NewAliasMove extends Omit<AliasMove, 'id' | 'from'> {
  /**
   * Who holds the alias according to whoever decided the move; refused when that has changed meanwhile. Recorded as
   * the one it moved from.
   */
  readonly expectedFrom: ModelReference | null;
}

/** By effective origin; of two moves for one origin the later counts. */
const IN_ORDER = { effectiveOrigin: 'ASC', id: 'ASC' } as const;
const NEWEST_FIRST = { effectiveOrigin: 'DESC', id: 'DESC' } as const;

/** The table `model_alias_moves`: who held which alias from which origin on, added to and never changed. */
@Injectable()
export class AliasRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Who holds an alias at an origin (ms); null: nobody, which for the champion means the configured one. */
  async holderAt(
    feed: string,
    instrument: string,
    alias: Alias,
    originMs: number,
  ): Promise<AliasHolder | null> {
    const row = await this.#repository.findOne({
      where: { feed, instrument, alias, effectiveOrigin: LessThanOrEqual(new Date(originMs)) },
      order: NEWEST_FIRST,
    });
    const move = row && moveOf(row);
    if (!move?.to) return null;
    return holderBy(move, move.to);
  }

  /** The newest move of an alias, in effect already or not yet; null: it was never moved. */
  async newest(feed: string, instrument: string, alias: Alias): Promise<AliasMove | null> {
    const row = await this.#repository.findOne({ where: { feed, instrument, alias }, order: NEWEST_FIRST });
    return row && moveOf(row);
  }

  /** The latest first origin of all moves of all aliases, ms; null: there is no move. */
  async findNewestOrigin(feed: string, instrument: string): Promise<number | null> {
    const row = await this.#repository.findOne({ where: { feed, instrument }, order: NEWEST_FIRST });
    return row && row.effectiveOrigin.getTime();
  }

  /** @throws AppError as {@link moveAll} */
  async move(move: NewAliasMove): Promise<AliasMove> {
    return (await this.moveAll([move]))[0]!; // one for each
  }

  /**
   * Records moves of one feed and instrument, all or none; any number of processes may try at once.
   *
   * @throws AppError caller model.conflict when an alias is held by another than expected, or has a move for a later
   *   origin
   */
  async moveAll(moves: readonly NewAliasMove[]): Promise<AliasMove[]> {
    const [first] = moves;
    if (!first) return [];
    return this.dataSource.transaction(async (manager) => {
      const subject = `${first.feed} ${first.instrument}`;
      await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [MOVE_LOCK, subject]);
      const recorded: AliasMove[] = [];
      for (const move of moves) recorded.push(await record(manager, move));
      return recorded;
    });
  }

  /** All moves of an alias, ascending by effective origin. */
  async listOf(feed: string, instrument: string, alias: Alias): Promise<AliasMove[]> {
    const rows = await this.#repository.find({ where: { feed, instrument, alias }, order: IN_ORDER });
    return rows.map(moveOf);
  }

  /** Moves of a feed with a number above this one, in the order of their numbers. */
  async listAfter(feed: string, id: string): Promise<AliasMove[]> {
    const rows = await this.#repository.find({ where: { feed, id: MoreThan(id) }, order: { id: 'ASC' } });
    return rows.map(moveOf);
  }

  /** Newest first, as they were made. @param page before: only those with a smaller number */
  async history(
    feed: string,
    instrument: string,
    { before, limit }: { readonly before?: string | undefined; readonly limit: number },
  ): Promise<AliasMove[]> {
    const rows = await this.#repository.find({
      where: { feed, instrument, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
    return rows.map(moveOf);
  }

  /** Moves to or from a version in any feed, newest first. */
  async movesOf(name: string, version: number): Promise<AliasMove[]> {
    const rows = await this.#repository.find({
      where: [
        { toName: name, toVersion: version },
        { fromName: name, fromVersion: version },
      ],
      order: { id: 'DESC' },
    });
    return rows.map(moveOf);
  }

  get #repository() {
    return this.dataSource.getRepository(ModelAliasMoveEntity);
  }
}

async function record(manager: EntityManager, move: NewAliasMove): Promise<AliasMove> {
  const { feed, instrument, alias, expectedFrom, to, effectiveOrigin, movedAt, ...rest } = move;
  const newest = await manager.findOne(ModelAliasMoveEntity, {
    where: { feed, instrument, alias },
    order: NEWEST_FIRST,
  });
  if (newest) requireExpected(moveOf(newest), move);
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(ModelAliasMoveEntity)
    .values({
      ...rest,
      feed,
      instrument,
      alias,
      fromName: expectedFrom?.name ?? null,
      fromVersion: expectedFrom?.version ?? null,
      toName: to?.name ?? null,
      toVersion: to?.version ?? null,
      effectiveOrigin: new Date(effectiveOrigin),
      movedAt: new Date(movedAt),
    })
    .returning('id')
    .updateEntity(false)
    .execute();
  const [{ id }] = result.raw as [{ id: string }];
  return { ...rest, id, feed, instrument, alias, from: expectedFrom, to, effectiveOrigin, movedAt };
}

function requireExpected(newest: AliasMove, move: NewAliasMove): void {
  const { alias, instrument, expectedFrom, effectiveOrigin } = move;
  const place = `the alias ${alias} of ${instrument}`;
  if (!isSameModel(newest.to, expectedFrom)) {
    throw new AppError(
      'caller',
      'model.conflict',
      `${place} is held by ${referenceText(newest.to)}, not by ${referenceText(expectedFrom)}; look at its history ` +
        'and decide again',
      { instrument, alias, move: newest.id },
    );
  }
  if (newest.effectiveOrigin <= effectiveOrigin) return;
  throw new AppError(
    'caller',
    'model.conflict',
    `${place} has a move for a later origin, ${new Date(newest.effectiveOrigin).toISOString()}; look at its history ` +
      'and decide again',
    { instrument, alias, move: newest.id },
  );
}

function moveOf(row: ModelAliasMoveEntity): AliasMove {
  const { id, feed, instrument, alias, share, actor, reason, evaluationId } = row;
  return {
    id,
    feed,
    instrument,
    alias,
    from: referenceOf(row.fromName, row.fromVersion),
    to: referenceOf(row.toName, row.toVersion),
    share,
    effectiveOrigin: row.effectiveOrigin.getTime(),
    actor,
    reason,
    evaluationId,
    movedAt: row.movedAt.getTime(),
  };
}

function referenceOf(name: string | null, version: number | null): ModelReference | null {
  return name === null || version === null ? null : { name, version };
}
