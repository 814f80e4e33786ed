import type { OAuthAuthMethod, OAuthClientReply, PublicJwk } from '@btcforecast/contracts';
import type { OAuthClientEntity } from '@btcforecast/database';
import { grantOf } from '../grants.js';
import { stateOf } from '../key-reply.js';
import { permissionsOf } from '../principal.js';

/** The wire form of a stored client: all about it but its secret. */
export function oauthClientReply(row: OAuthClientEntity, nowMs: number): OAuthClientReply {
  const { id, tenant, name, createdBy } = row;
  const { roles, scopes, instruments, horizons } = grantOf(row);
  const isOverlapping = row.previousUntil !== null && row.previousUntil.getTime() > nowMs;
  return {
    ...{ id, tenant, name, createdBy },
    state: stateOf(row, nowMs),
    roles: [...roles],
    scopes: scopes && [...scopes],
    permissions: [...permissionsOf(roles, scopes)].sort(),
    instruments: instruments && [...instruments],
    horizons: horizons && [...horizons],
    authMethod: row.authMethod as OAuthAuthMethod,
    jwks: row.jwks as { keys: PublicJwk[] } | null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: instant(row.expiresAt),
    revokedAt: instant(row.revokedAt),
    rotatedAt: instant(row.rotatedAt),
    previousSecretUntil: isOverlapping ? instant(row.previousUntil) : null,
    lastUsedAt: instant(row.lastUsedAt),
  };
}

function instant(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
