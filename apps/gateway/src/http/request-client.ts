import { actorName, type Principal } from '@btcforecast/access';
import type { Asker } from '@btcforecast/contracts';
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

/** For whom a service behind the edge answers. */
export function askerOf(request: Pick<FastifyRequest, 'principal'>): Asker {
  const { tenant, instruments, horizons } = clientOf(request);
  return { tenant, instruments, horizons } as Asker; // limits are checked when they are set
}
