import { InferenceLoadEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';

export interface NewLoad extends ModelReference {
  readonly actor: string;
  /** Wall time, ms. */
  readonly at: number;
}

/** Any fixed number: those who load wait for each other, so that the number of versions stays within its bound. */
const LOAD_LOCK = 7_286_104;

/** The table `inference_loads`; no other library writes it. */
@Injectable()
export class InferenceLoadRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** What is loaded, in the order of loading. */
  async list(): Promise<ModelReference[]> {
    const rows = await this.dataSource
      .getRepository(InferenceLoadEntity)
      .find({ order: { loadedAt: 'ASC', modelName: 'ASC', modelVersion: 'ASC' } });
    return rows.map(({ modelName: name, modelVersion: version }) => ({ name, version }));
  }

  /** Whether a version is loaded, at the moment of asking. */
  has({ name, version }: ModelReference): Promise<boolean> {
    return this.dataSource
      .getRepository(InferenceLoadEntity)
      .existsBy({ modelName: name, modelVersion: version });
  }

  /** Adds a version unless it is there already, or so many others are. */
  add({ name, version, actor, at }: NewLoad, max: number): Promise<'added' | 'known' | 'full'> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [LOAD_LOCK]);
      const loads = manager.getRepository(InferenceLoadEntity);
      const key = { modelName: name, modelVersion: version };
      if (await loads.existsBy(key)) return 'known';
      if ((await loads.count()) >= max) return 'full';
      await loads.insert({ ...key, loadedBy: actor, loadedAt: new Date(at) });
      return 'added';
    });
  }

  async remove({ name, version }: ModelReference): Promise<void> {
    await this.dataSource
      .getRepository(InferenceLoadEntity)
      .delete({ modelName: name, modelVersion: version });
  }
}
