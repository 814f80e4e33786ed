import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';
import type { EvaluationScope } from '../registry/model-evaluation.repository.js';
import type { WaitingVersion } from './rollout-state.js';

/** Any fixed number: of several processes one judges a feed and instrument at a time. */
const JUDGE_LOCK = 7_286_106;

/** Newest evaluation of a kind that holds for the feed $1 and instrument $2. */
const newest = (kind: string) => `LEFT JOIN LATERAL (
    SELECT e.id, e.verdict FROM model_evaluations e
    WHERE e.model_name = v.name AND e.model_version = v.version AND e.kind = '${kind}'
      AND (e.feed IS NULL OR e.feed = $1) AND (e.instrument IS NULL OR e.instrument = $2)
    ORDER BY e.id DESC LIMIT 1
  ) ${kind} ON true`;

/** Questions of the rollout about versions and evaluations; and its lock. */
@Injectable()
export class RolloutRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs the work unless another process is at it; null: it is. */
  async alone<T>({ feed, instrument }: EvaluationScope, work: () => Promise<T>): Promise<T | null> {
    return this.dataSource.transaction(async (manager) => {
      const [row] = await manager.query<{ isMine: boolean }[]>(
        'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS "isMine"',
        [JUDGE_LOCK, `${feed} ${instrument}`],
      );
      return row!.isMine ? work() : null;
    });
  }

  /** Of each name the newest version that passed its walk-forward, else the newest that had one; in the order of these. */
  async listWaiting({ feed, instrument }: EvaluationScope): Promise<WaitingVersion[]> {
    const rows = await this.dataSource.query<WaitingRow[]>(
      `SELECT DISTINCT ON (v.name) v.name, v.version, technical.verdict AS technical,
         walk_forward.id AS "walkForwardId", walk_forward.verdict AS "walkForward",
         EXISTS (
           SELECT FROM model_evaluations e
           WHERE e.model_name = v.name AND e.model_version = v.version AND e.verdict = 'refused'
             AND e.kind IN ('shadow', 'canary', 'live') AND e.feed = $1 AND e.instrument = $2
         ) AS "wasRefused",
         EXISTS (
           SELECT FROM model_alias_moves m
           WHERE m.feed = $1 AND m.instrument = $2 AND m.to_name = v.name AND m.to_version >= v.version
         ) AS "hadItsTurn"
       FROM model_versions v ${newest('technical')} ${newest('walk_forward')}
       WHERE v.status <> 'shipped' AND walk_forward.id IS NOT NULL
       ORDER BY v.name, walk_forward.verdict, v.version DESC`, // passed comes before refused
      [feed, instrument],
    );
    return rows
      .sort((a, b) => Number(a.walkForwardId) - Number(b.walkForwardId))
      .map(({ name, version, ...rest }) => ({ model: { name, version }, ...rest }));
  }

  /** Versions that passed their technical check and have not been walked forward here; the newest of each name. */
  async listUnevaluated({ feed, instrument }: EvaluationScope): Promise<ModelReference[]> {
    return this.dataSource.query<ModelReference[]>(
      `SELECT DISTINCT ON (v.name) v.name, v.version
       FROM model_versions v ${newest('technical')} ${newest('walk_forward')}
       WHERE v.status <> 'shipped' AND technical.verdict = 'passed' AND walk_forward.id IS NULL
         AND v.manifest -> 'instruments' ? $2
         AND NOT EXISTS (
           SELECT FROM model_versions later
           WHERE later.name = v.name AND later.version > v.version AND later.manifest -> 'instruments' ? $2
         )
       ORDER BY v.name, v.version DESC`,
      [feed, instrument],
    );
  }

  /** Event time of the newest refusal on live origins, ms. */
  async lastTroubleAt({ feed, instrument }: EvaluationScope): Promise<number | null> {
    const [row] = await this.dataSource.query<{ at: number | null }[]>(
      `SELECT date_part('epoch', max(decided_at)) * 1000 AS at FROM model_evaluations
       WHERE feed = $1 AND instrument = $2 AND verdict = 'refused' AND kind IN ('shadow', 'canary', 'live')`,
      [feed, instrument],
    );
    return row!.at; // an aggregate always gives one row
  }
}

interface WaitingRow extends ModelReference, Omit<WaitingVersion, 'model'> {}
