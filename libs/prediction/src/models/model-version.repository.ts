import { ModelVersionEntity } from '@btcforecast/database';
import type { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

export type NewModelVersion = Omit<ModelVersionEntity, 'manifest'> & { readonly manifest: ModelManifest };

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
    const row = await this.dataSource.getRepository(ModelVersionEntity).findOne({
      select: { name: true, version: true, onnxSha256: true },
      where: { name, version },
    });
    return row?.onnxSha256 ?? null;
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
