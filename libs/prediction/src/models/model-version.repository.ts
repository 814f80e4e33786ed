import { ModelVersionEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { ModelFiles } from './model-files.js';

export type NewModelVersion = Omit<ModelVersionEntity, 'manifest'> & { readonly manifest: ModelManifest };

/** A version as it is stored; where it comes from decides how far its graph is trusted. */
export interface RegisteredFiles extends ModelFiles {
  readonly status: ModelVersionEntity['status'];
}

/** How far the record of a version goes. */
export interface ModelStamp {
  readonly name: string;
  readonly version: number;
  readonly evaluation: string;
  readonly move: string;
}

/** What a version reads and writes. */
export interface ModelTensors extends Pick<ModelManifest, 'inputs' | 'outputs'> {
  readonly name: string;
  readonly version: number;
  readonly status: ModelVersionEntity['status'];
}

/** Which versions a page shows: from one source or all, after a name and version. */
export interface ModelPage {
  readonly status?: ModelVersionEntity['status'] | undefined;
  readonly after: readonly [name: string, version: number] | null;
  readonly limit: number;
}

/** A version without its bytes. */
export type ModelRecordRow = Omit<ModelVersionEntity, 'onnx'>;

/** Any fixed number: registrations of candidates wait for each other. */
const REGISTRATION_LOCK = 7_286_103;

/** The table `model_versions`; no other library writes it. Rows are added, never changed. */
@Injectable()
export class ModelVersionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds a version whose number is fixed; false when that number, or these bytes, are registered already. */
  async insert(version: NewModelVersion): Promise<boolean> {
    return insertNew(this.dataSource.manager, version);
  }

  /** Adds a version under the next free number of its name, unless these bytes have one. */
  async registerNext(version: Omit<NewModelVersion, 'version'>): Promise<{ version: number; isNew: boolean }> {
    const { name, onnxSha256, manifest } = version;
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [REGISTRATION_LOCK, name]);
      const known = await manager.findOne(ModelVersionEntity, {
        select: { name: true, version: true },
        where: { name, onnxSha256 },
      });
      if (known) return { version: known.version, isNew: false };
      const next = ((await manager.maximum(ModelVersionEntity, 'version', { name })) ?? 0) + 1;
      await insertNew(manager, { ...version, version: next, manifest: { ...manifest, version: next } });
      return { version: next, isNew: true };
    });
  }

  /** SHA-256 of a version's graph; null when the version is not registered. */
  async findDigest(name: string, version: number): Promise<string | null> {
    const row = await this.#repository.findOne({
      select: { name: true, version: true, onnxSha256: true },
      where: { name, version },
    });
    return row?.onnxSha256 ?? null;
  }

  /** Version of a name that has these bytes; null when none has. */
  async findByDigest(name: string, onnxSha256: string): Promise<number | null> {
    const row = await this.#repository.findOne({
      select: { name: true, version: true },
      where: { name, onnxSha256 },
    });
    return row?.version ?? null;
  }

  /** The highest version of a name; null when it has none. */
  findNewest(name: string): Promise<number | null> {
    return this.#repository.maximum('version', { name });
  }

  /** Versions without their bytes, by name, newest version first. */
  list({ status, after, limit }: ModelPage): Promise<ModelRecordRow[]> {
    const query = this.#records().where(status === undefined ? {} : { status });
    if (after) {
      const [name, version] = after;
      const isAfter = '(model.name > :name OR (model.name = :name AND model.version < :version))';
      query.andWhere(isAfter, { name, version });
    }
    return query.orderBy({ 'model.name': 'ASC', 'model.version': 'DESC' }).limit(limit).getMany();
  }

  /** A version without its bytes; null when it is not registered. */
  findRecord(name: string, version: number): Promise<ModelRecordRow | null> {
    return this.#records().where({ name, version }).getOne();
  }

  /** Where the versions of a name come from, each place once; none when the name is free. */
  async listStatuses(name: string): Promise<ModelVersionEntity['status'][]> {
    const rows = await this.dataSource.query<Pick<ModelVersionEntity, 'status'>[]>(
      'SELECT DISTINCT status FROM model_versions WHERE name = $1 ORDER BY status',
      [name],
    );
    return rows.map(({ status }) => status);
  }

  /**
   * What a version says of itself; null when it is not registered.
   *
   * @throws AppError caller config.invalid when a newer program wrote it
   */
  async findManifest(name: string, version: number): Promise<ModelManifest | null> {
    const row = await this.#repository.findOne({
      select: { name: true, version: true, manifest: true } as never, // TypeORM cannot select an unknown by name
      where: { name, version },
    });
    return row && parsed(row);
  }

  /** What versions read and write, by name, newest version first. @param name default: all names */
  listTensors(name?: string): Promise<ModelTensors[]> {
    const where = name === undefined ? '' : 'WHERE name = $1';
    return this.dataSource.query<ModelTensors[]>(
      `SELECT name, version, status, manifest -> 'inputs' AS inputs, manifest -> 'outputs' AS outputs
       FROM model_versions ${where} ORDER BY name, version DESC`,
      name === undefined ? [] : [name],
    );
  }

  /** A version as it is stored; null when it is not registered. */
  findRow(name: string, version: number): Promise<ModelVersionEntity | null> {
    return this.#repository.findOneBy({ name, version });
  }

  /** Every version, with the numbers of the newest evaluation and of the newest alias move about it; 0: none. */
  listStamps(): Promise<ModelStamp[]> {
    return this.dataSource.query<ModelStamp[]>(
      `SELECT name, version,
         coalesce((SELECT max(e.id) FROM model_evaluations e
           WHERE e.model_name = v.name AND e.model_version = v.version), 0)::text AS evaluation,
         coalesce((SELECT max(m.id) FROM model_alias_moves m
           WHERE (m.to_name = v.name AND m.to_version = v.version)
              OR (m.from_name = v.name AND m.from_version = v.version)), 0)::text AS move
       FROM model_versions v ORDER BY name, version`,
    );
  }

  /** A version with its bytes; null when it is not registered. @throws AppError as {@link findManifest} */
  async findFiles(name: string, version: number): Promise<RegisteredFiles | null> {
    const row = await this.#repository.findOneBy({ name, version });
    return row && { manifest: parsed(row), onnx: row.onnx, status: row.status };
  }

  /** Newest version of a name that saw an instrument's candles up to exactly this instant (ISO 8601). */
  async findTrainedTo(name: string, instrument: string, trainedTo: string): Promise<number | null> {
    const [row] = await this.dataSource.query<{ version: number }[]>(
      `SELECT version FROM model_versions
       WHERE name = $1 AND manifest #>> '{trainingSpan,to}' = $2 AND manifest -> 'instruments' ? $3
       ORDER BY version DESC LIMIT 1`,
      [name, trainedTo, instrument],
    );
    return row?.version ?? null;
  }

  #records() {
    const columns = ['name', 'version', 'family', 'status', 'onnxSha256', 'manifest', 'createdAt'];
    return this.#repository.createQueryBuilder('model').select(columns.map((column) => `model.${column}`));
  }

  get #repository() {
    return this.dataSource.getRepository(ModelVersionEntity);
  }
}

function parsed({ name, version, manifest }: Pick<ModelVersionEntity, 'name' | 'version' | 'manifest'>): ModelManifest {
  const result = ModelManifest.safeParse(manifest);
  if (result.success) return result.data;
  throw new AppError(
    'caller',
    'config.invalid',
    `the database has ${name}@${version} with a manifest that this program does not understand: ` +
      `${z.prettifyError(result.error)}; a newer one wrote it: update this one`,
    { name, version },
  );
}

async function insertNew(manager: EntityManager, version: NewModelVersion): Promise<boolean> {
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(ModelVersionEntity)
    .values(version as never) // TypeORM's deep partial cannot express the manifest
    .orIgnore()
    .returning('version')
    .updateEntity(false)
    .execute();
  return (result.raw as unknown[]).length === 1;
}
