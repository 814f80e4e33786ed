import type { Principal } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';

/**
 * One kind of credentials that a request may carry: a key, a token, a signature, a session. What is in memory is judged
 * at once, since a promise would cost every request of a busy client a turn of the event loop.
 */
export interface CredentialKind {
  /**
   * Whose credentials the request carries; undefined when it carries none of this kind, and the next one is asked.
   *
   * @throws AppError access.unauthenticated when it carries some of this kind that are not valid; so may the promise
   */
  identify(request: FastifyRequest): Principal | Promise<Principal> | undefined;

  /**
   * What has become of credentials that were shown some time ago: a stream outlives the check at its door by hours. The
   * principal as it is now; null when its credentials have been revoked or have expired, or do not count any more where
   * they were shown; undefined when they are of another kind.
   *
   * @param address from where they were shown; null where that does not matter
   * @throws AppError transient when that cannot be said at the moment; so may the promise
   */
  recheck?(principal: Principal, address: string | null): Promise<Principal | null> | undefined;
}

/**
 * Who asks, by the first kind of credentials that the request carries.
 *
 * @throws AppError access.unauthenticated when there are none, or those there are are not valid
 */
export function identify(
  request: FastifyRequest,
  kinds: readonly CredentialKind[],
): Principal | Promise<Principal> {
  for (const kind of kinds) {
    const principal = kind.identify(request);
    if (principal !== undefined) return principal;
  }
  throw new AppError(
    'caller',
    'access.unauthenticated',
    'this route needs a key; send the header "Authorization: Bearer <key>"',
  );
}

const BEARER = /^bearer +(\S+)$/i;

/** What stands behind `Bearer` in the Authorization header, RFC 6750, section 2.1; undefined without that. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}
