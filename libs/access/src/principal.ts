import type { Permission, Role } from '@btcforecast/contracts';
import { ROLE_PERMISSIONS } from './role-permissions.js';

/** Whoever showed valid credentials, whichever kind. */
export interface Principal {
  readonly kind: 'key' | 'client' | 'session';
  /** Id of the key, OAuth client or user; unique within its kind. */
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
  /** Instruments it may ask about; null: all. */
  readonly instruments: readonly string[] | null;
  /** Horizons it may ask about, e.g. `24h`; null: all. */
  readonly horizons: readonly string[] | null;
  /** Which session, of somebody who is logged in. */
  readonly session?: string;
  /** When these credentials end by themselves, epoch ms, as a token does; absent: whoever issued them ends them. */
  readonly expiresAt?: number;
  /** The credentials alone open nothing: its requests have to be signed as well (RFC 9421). */
  readonly requireSignature?: boolean;
}

/** What the roles allow; `scopes`, if there are any, allow no more than they name. */
export function permissionsOf(
  roles: readonly Role[],
  scopes: readonly Permission[] | null,
): ReadonlySet<Permission> {
  const allowed = new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
  return scopes === null ? allowed : new Set(scopes.filter((scope) => allowed.has(scope)));
}

/** `key 0123456789ab`: who did it, for records that are kept. */
export function actorName({ kind, id }: Principal): string {
  return `${kind} ${id}`;
}
