import { ApiKeyEntity } from '@btcforecast/database';
import type { DataSource } from 'typeorm';
import { createKeyText } from './key-text.js';

/** Any fixed number: two processes that start on one database must not both make the key. */
const BOOTSTRAP_LOCK = 7_286_103;

export interface BootstrapKeyOptions {
  /** Revokes the bootstrap key there is, if any, and makes a new one: for when its text was lost. */
  readonly rotate: boolean;
}

/**
 * Makes sure that there is one valid bootstrap key, the key by which the operator gets in for the first time.
 *
 * @returns the text of the key if one was made, which is the only time it can be seen; null if there was one
 */
export async function ensureBootstrapKey(
  dataSource: DataSource,
  { rotate }: BootstrapKeyOptions,
): Promise<string | null> {
  return dataSource.transaction(async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
    const keys = manager.getRepository(ApiKeyEntity);
    const current = await keys
      .createQueryBuilder('key')
      .where('key.bootstrap AND key.revokedAt IS NULL')
      .getOne();
    if (current && !rotate) return null;
    if (current) await keys.update({ id: current.id }, { revokedAt: () => 'now()' });
    const { id, secretHash, text } = createKeyText();
    await manager.query(
      `INSERT INTO api_keys (id, tenant, name, secret_hash, roles, bootstrap, created_at)
       VALUES ($1, 'default', 'bootstrap', $2, '{admin}', true, date_trunc('milliseconds', now()))`,
      [id, secretHash],
    );
    return text;
  });
}
