import type { KeyReply } from '@btcforecast/contracts';
import type { ApiKeyEntity } from '@btcforecast/database';
import { grantOf } from './grants.js';
import { permissionsOf } from './principal.js';

/** Whether a key opens anything at an instant, in epoch milliseconds. */
export function stateOf(
  { revokedAt, expiresAt }: Pick<ApiKeyEntity, 'revokedAt' | 'expiresAt'>,
  nowMs: number,
): KeyReply['state'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= nowMs ? 'expired' : 'active';
}

/** The wire form of a stored key: all about it but its secret. */
export function keyReply(row: ApiKeyEntity, nowMs: number): KeyReply {
  const { id, tenant, name, allowedAddresses, requireSignature, createdBy } = row;
  const { roles, scopes, instruments, horizons } = grantOf(row);
  const isOverlapping = row.previousUntil !== null && row.previousUntil.getTime() > nowMs;
  return {
    ...{ id, tenant, name, allowedAddresses, requireSignature, createdBy },
    state: stateOf(row, nowMs),
    roles: [...roles],
    scopes: scopes && [...scopes],
    permissions: [...permissionsOf(roles, scopes)].sort(),
    instruments: instruments && [...instruments],
    horizons: horizons && [...horizons],
    createdAt: row.createdAt.toISOString(),
    expiresAt: instant(row.expiresAt),
    revokedAt: instant(row.revokedAt),
    rotatedAt: instant(row.rotatedAt),
    previousSecretUntil: isOverlapping ? instant(row.previousUntil) : null,
    lastUsedAt: instant(row.lastUsedAt),
  };
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
