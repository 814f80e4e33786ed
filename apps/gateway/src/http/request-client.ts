import { actorName, type Principal } from '@btcforecast/access';
import type { Asker, Limits } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';

/** Who asks; every route but public ones has somebody. */
export function clientOf({ principal }: Pick<FastifyRequest, 'principal'>): Principal {
  if (principal) return principal;
  throw new AppError('bug', 'internal.bug', 'a route that needs to know who asks was reached without a key');
}

/** Who asks, for records that are kept: by its id, never by what it is called. */
export function actorOf(request: Pick<FastifyRequest, 'principal'>): string {
  return actorName(clientOf(request));
}

/** What whoever asks may ask about. */
export function limitsOf(request: Pick<FastifyRequest, 'principal'>): Limits {
  const { instruments, horizons } = clientOf(request);
  return { instruments, horizons } as Limits; // their form is checked when they are set
}

/** For whom a service behind the edge answers. */
export function askerOf(request: Pick<FastifyRequest, 'principal'>): Asker {
  return { ...limitsOf(request), tenant: clientOf(request).tenant };
}
