import { ServerSigningKeyEntity } from '@btcforecast/database';
import { type DataSource, type EntityManager, LessThan, LessThanOrEqual } from 'typeorm';

export type KeyPurpose = 'tokens' | 'responses';
export type ServerKeyRow = ServerSigningKeyEntity;

/** Any fixed number: of several gateways one makes the next key. */
const ROTATION_LOCK = 7_286_104;

/** Questions to the table of keys by which the gateways sign. */
export class ServerKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All that are published, the newest last. */
  async list(): Promise<ServerKeyRow[]> {
    return this.dataSource.getRepository(ServerSigningKeyEntity).find({ order: { signsFrom: 'ASC' } });
  }

  /** Changes keys while nobody else does. */
  async rotate(
    change: (rows: ServerKeyRow[]) => Promise<ServerKeyRow[]>,
    now: Date,
    signedUntil: Date,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
      await forgetOld(manager, now, signedUntil);
      const keys = manager.getRepository(ServerSigningKeyEntity);
      const added = await change(await keys.find({ order: { signsFrom: 'ASC' } }));
      if (added.length > 0) await keys.insert(added);
    });
  }
}

/** What signs no more loses its private part, and what no valid token names any more goes altogether. */
async function forgetOld(manager: EntityManager, now: Date, signedUntil: Date): Promise<void> {
  const keys = manager.getRepository(ServerSigningKeyEntity);
  await keys.update({ signsUntil: LessThan(signedUntil) }, { sealedPrivateKey: null });
  await keys.delete({ publishedUntil: LessThanOrEqual(now) });
}
