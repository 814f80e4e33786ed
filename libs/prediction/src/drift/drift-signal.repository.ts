import { DriftSignalEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';

export type NewDriftSignal = Omit<DriftSignalEntity, 'id' | 'recordedAt'>;

/** Where a model answers. */
export interface DriftScope extends ModelReference {
  readonly feed: string;
  readonly instrument: string;
}

/** The table `drift_signals`: what a sequential test has raised, added to and never changed. */
@Injectable()
export class DriftSignalRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** False when that test has been raised for that origin already. */
  async insertOnce(signal: NewDriftSignal): Promise<boolean> {
    const result = await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(DriftSignalEntity)
      .values(signal)
      .orIgnore()
      .returning('id')
      .updateEntity(false)
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** Signals raised at origins after `since` (ms), newest first. */
  async listSince(
    { feed, instrument, name, version }: DriftScope,
    since: number,
  ): Promise<DriftSignalEntity[]> {
    return this.dataSource.getRepository(DriftSignalEntity).find({
      where: {
        feed,
        instrument,
        modelName: name,
        modelVersion: version,
        raisedOrigin: MoreThan(new Date(since)),
      },
      order: { raisedOrigin: 'DESC', id: 'DESC' },
    });
  }
}
