import type { UserReply } from '@btcforecast/contracts';
import type { UserEntity } from '@btcforecast/database';
import { grantOf } from '../grants.js';
import { permissionsOf } from '../principal.js';

/** The wire form of a stored user: all but the password. */
export function userReply(row: UserEntity): UserReply {
  const { id, tenant, email, name, createdBy } = row;
  const { roles, instruments, horizons } = grantOf(row);
  return {
    ...{ id, tenant, email, name, createdBy },
    roles: [...roles],
    permissions: [...permissionsOf(roles, null)].sort(),
    instruments: instruments && [...instruments],
    horizons: horizons && [...horizons],
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    passwordChangedAt: row.passwordChangedAt.toISOString(),
    lastLoginAt: row.lastLoginAt?.toISOString() ?? null,
  };
}
