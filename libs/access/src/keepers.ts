import { ROLES } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { type Grant } from './grants.js';
import { permissionsOf } from './principal.js';
import { ROLE_PERMISSIONS } from './role-permissions.js';

/** Whoever may make keys: a tenant without such a key or user could not be entered any more. */
const KEEPS = 'keys:write';
const KEEPER_ROLES = ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(KEEPS));
/** Any fixed number: changes of who may enter a tenant are made one after the other. */
const TENANT_LOCK = 7_286_112;

export function isKeeper({ roles, scopes }: Pick<Grant, 'roles' | 'scopes'>): boolean {
  return permissionsOf(roles, scopes).has(KEEPS);
}

/** One change of a tenant's keys and users at a time: two that see each other as the last keeper but one would both go. */
export function changeTenant<T>(
  dataSource: DataSource,
  tenant: string,
  change: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return dataSource.transaction(async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [TENANT_LOCK, tenant]);
    return change(manager);
  });
}

/**
 * To be called, within {@link changeTenant}, before a keeper goes.
 *
 * @param id of the key or the user that goes
 * @throws AppError caller access.last_keeper when nobody else of the tenant could make keys
 */
export async function assertOtherKeeper(
  manager: EntityManager,
  tenant: string,
  id: string,
  nowMs: number,
): Promise<void> {
  const [{ found }] = await manager.query(
    `SELECT EXISTS (SELECT FROM api_keys WHERE tenant = $1 AND id <> $2 AND roles && $3 AND revoked_at IS NULL
         AND (scopes IS NULL OR $4 = ANY (scopes)) AND (expires_at IS NULL OR expires_at > $5))
       OR EXISTS (SELECT FROM users WHERE tenant = $1 AND id::text <> $2 AND roles && $3 AND disabled_at IS NULL)
       AS found`,
    [tenant, id, KEEPER_ROLES, KEEPS, new Date(nowMs)],
  );
  if (found) return;
  throw new AppError(
    'caller',
    'access.last_keeper',
    `nobody else of the tenant ${tenant} may make keys, so nobody could enter it any more; first make another key or ` +
      'user with the role owner',
  );
}
