import type { Key } from '@btcforecast/api-client';
import { textTable } from '../text-table.js';

const day = (instant: string | null): string => instant?.slice(0, 16).replace('T', ' ') ?? '–';

/** Keys as a table, newest first. */
export function keysText(keys: readonly Key[]): string {
  const rows = keys.map((key) => [
    ...[key.id, key.name, key.state, key.roles.join(',')],
    ...[day(key.createdAt), day(key.lastUsedAt), day(key.expiresAt)],
  ]);
  return textTable(['id', 'name', 'state', 'roles', 'made (UTC)', 'last used', 'expires'], rows);
}

/** Everything about one key, a line each. */
export function keyText(key: Key): string {
  const limits = {
    ...{ name: key.name, tenant: key.tenant, state: key.state, roles: key.roles.join(', ') },
    'may do': key.permissions.join(', '),
    instruments: key.instruments?.join(', ') ?? 'all',
    horizons: key.horizons?.join(', ') ?? 'all',
    'shown from': key.allowedAddresses?.join(', ') ?? 'anywhere',
    signed: key.requireSignature ? 'every request must be' : 'not needed',
    ...{ 'made by': key.createdBy, made: day(key.createdAt), 'last used': day(key.lastUsedAt) },
    ...{
      expires: day(key.expiresAt),
      revoked: day(key.revokedAt),
      'old secret until': day(key.previousSecretUntil),
    },
  };
  return textTable(['key', key.id], Object.entries(limits));
}
