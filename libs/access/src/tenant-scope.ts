import { AppError } from '@btcforecast/platform';
import type { Principal } from './principal.js';

/**
 * The tenant that somebody acts for: the own one, or the one that an administrator names. Everybody else gets the
 * same answer whether the named one exists or not.
 *
 * @throws AppError caller tenant.not_found
 */
export function tenantFor(by: Principal, named: string | undefined, does: 'read' | 'write'): string {
  if (named === undefined || named === by.tenant || by.permissions.has(`tenants:${does}`)) {
    return named ?? by.tenant;
  }
  throw tenantNotFound(named);
}

export function tenantNotFound(id: string): AppError {
  const message = `there is no tenant ${id} that these credentials may act for; leave tenant out to act for your own`;
  return new AppError('caller', 'tenant.not_found', message, { id });
}
