import type {
  AliasHistoryReply,
  ModelGraphReply,
  ModelReply,
  ModelsReply,
  ModelStatus,
  PageQuery,
} from '@btcforecast/contracts';
import { ModelName } from '@btcforecast/contracts';
import type { ModelEvaluationEntity } from '@btcforecast/database';
import { readCursor, writeCursor } from '@btcforecast/platform';
import { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DriftQueries } from '../drift/drift-queries.service.js';
import { FeedSettings } from '../feed-settings.js';
import { modelNotFound } from '../models/model-not-found.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { AliasRepository } from './alias.repository.js';
import { CurrentAliases } from './current-aliases.js';
import { ModelEvaluationRepository } from './model-evaluation.repository.js';
import { aliasMoveReply, evaluationReply, modelSummary, type ModelStanding } from './model-reply.js';
import { registryCard } from './registry-card.js';

export interface ModelsQuestion extends PageQuery {
  readonly status?: ModelStatus | undefined;
}

/** The last version, and the number of the last move, that a page has shown. */
const VersionPlace = z.tuple([ModelName, z.number().int().positive()]);
const MovePlace = z.tuple([z.string().regex(/^[1-9]\d{0,17}$/)]);

/** Questions about models: what there is, what was found about it, what became of it. */
@Injectable()
export class ModelQueries {
  constructor(
    private readonly versions: ModelVersionRepository,
    private readonly evaluations: ModelEvaluationRepository,
    private readonly aliases: AliasRepository,
    private readonly current: CurrentAliases,
    private readonly drift: DriftQueries,
    private readonly settings: FeedSettings,
  ) {}

  /** By name, newest version first. */
  async list({ status, limit, cursor }: ModelsQuestion): Promise<ModelsReply> {
    const list = `models ${status ?? ''}`;
    const after = cursor === undefined ? null : readCursor(list, VersionPlace, cursor);
    const [rows, held, verdicts] = await Promise.all([
      this.versions.list({ status, after, limit: limit + 1 }),
      this.current.byModel(),
      this.evaluations.listNewest(),
    ]);
    const newest = new Map(verdicts.map((row) => [`${row.modelName}@${row.modelVersion}`, row]));
    const data = rows.slice(0, limit).map((row) => {
      const reference = `${row.name}@${row.version}`;
      return modelSummary(row, {
        aliases: held.get(reference) ?? [],
        lastVerdict: verdictOf(newest.get(reference)),
      });
    });
    const last = rows.length > limit ? data.at(-1) : undefined;
    return {
      data,
      next: last ? writeCursor(list, [last.name, last.version]) : null,
      source: this.settings.source,
    };
  }

  /**
   * The whole record of a version.
   *
   * @param parts drift: with what the tests of drift say now, which takes a while; default true
   * @throws AppError caller model.not_found
   */
  async find(name: string, version: number, parts: { readonly drift?: boolean } = {}): Promise<ModelReply> {
    const row = await this.versions.findRecord(name, version);
    if (!row) throw modelNotFound({ name, version });
    const [evaluations, moves, held, drift] = await Promise.all([
      this.evaluations.listFor(name, version),
      this.aliases.movesOf(name, version),
      this.current.byModel(),
      parts.drift === false ? [] : this.drift.forModel(this.settings.feed, name, version),
    ]);
    const { status, createdAt } = row;
    const manifest = ModelManifest.parse(row.manifest);
    const aliases = held.get(`${name}@${version}`) ?? [];
    return {
      ...modelSummary(row, { aliases, lastVerdict: verdictOf(evaluations[0]) }),
      manifest: { ...manifest },
      card: registryCard({ manifest, status, createdAt, evaluations, moves }),
      evaluations: evaluations.map(evaluationReply),
      moves: moves.map(aliasMoveReply),
      drift,
    };
  }

  /** The graph as it was registered. @throws AppError caller model.not_found */
  async graph(name: string, version: number): Promise<ModelGraphReply> {
    const files = await this.versions.findFiles(name, version);
    if (!files) throw modelNotFound({ name, version });
    const { sha256 } = files.manifest.onnx;
    return { reference: `${name}@${version}`, sha256, onnx: Buffer.from(files.onnx).toString('base64') };
  }

  /** Who holds the aliases of an instrument, and their moves, newest first. */
  async history(instrument: string, { limit, cursor }: PageQuery): Promise<AliasHistoryReply> {
    const { feed, source } = this.settings;
    const list = `moves ${instrument}`;
    const [before] = cursor === undefined ? [] : readCursor(list, MovePlace, cursor);
    const [current, moves] = await Promise.all([
      this.current.of(instrument),
      this.aliases.history(feed, instrument, { before, limit: limit + 1 }),
    ]);
    const data = moves.slice(0, limit).map(aliasMoveReply);
    const next = moves.length > limit ? writeCursor(list, [data.at(-1)!.id]) : null; // limit is 1 at least
    return { instrument, current, data, next, source };
  }
}

function verdictOf(row: ModelEvaluationEntity | undefined): ModelStanding['lastVerdict'] {
  return row ? { kind: row.kind, verdict: row.verdict, decidedAt: row.decidedAt.toISOString() } : null;
}
