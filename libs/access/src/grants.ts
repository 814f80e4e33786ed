import type { Horizon, InstrumentId, Permission, Role } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { permissionsOf, type Principal } from './principal.js';
import { ROLE_PERMISSIONS } from './role-permissions.js';

/** What a key, a user or a client may do. */
export interface Grant {
  readonly roles: readonly Role[];
  /** null: all that the roles give. */
  readonly scopes: readonly Permission[] | null;
  /** null: all. */
  readonly instruments: readonly InstrumentId[] | null;
  readonly horizons: readonly Horizon[] | null;
}

/** A grant as it is stored; what is in the database was checked when it was written. */
export function grantOf(row: {
  readonly roles: readonly string[];
  readonly scopes?: readonly string[] | null;
  readonly instruments: readonly string[] | null;
  readonly horizons: readonly string[] | null;
}): Grant {
  const { roles, scopes = null, instruments, horizons } = row;
  return { roles, scopes, instruments, horizons } as Grant;
}

/**
 * Nobody gives what they do not have: neither roles, nor permissions, instruments or horizons. The same holds for
 * changing or replacing what somebody else has: a new secret of a wider key would be a wider key.
 *
 * @param what the thing that is given or changed, for the message: `the key`
 * @throws AppError caller access.grant_too_wide
 */
export function assertMayGrant(by: Principal, grant: Grant, what: string): void {
  const excess = [
    ...excessOfRoles(by, grant),
    ...excessOf('permission', [...permissionsOf(grant.roles, grant.scopes)], by.permissions),
    ...excessOfLimit('instrument', grant.instruments, by.instruments),
    ...excessOfLimit('horizon', grant.horizons, by.horizons),
  ];
  if (excess.length === 0) return;
  throw new AppError(
    'caller',
    'access.grant_too_wide',
    `${what} may do more than these credentials may (${excess.join('; ')}); narrow it by roles, scopes, instruments ` +
      'or horizons, or ask somebody who may do that much',
  );
}

/** A role is had by whoever's own roles give all that it gives, so an owner may give what a viewer has. */
function excessOfRoles(by: Principal, { roles }: Grant): string[] {
  const own = permissionsOf(by.roles, null);
  const wider = roles.filter((role) => !ROLE_PERMISSIONS[role].every((each) => own.has(each)));
  return wider.map((role) => `role ${role}`);
}

function excessOf(what: string, given: readonly string[], own: ReadonlySet<string>): string[] {
  return given.filter((each) => !own.has(each)).map((each) => `${what} ${each}`);
}

function excessOfLimit(
  what: string,
  given: readonly string[] | null,
  own: readonly string[] | null,
): string[] {
  if (own === null) return [];
  return given === null ? [`all ${what}s`] : excessOf(what, given, new Set(own));
}
