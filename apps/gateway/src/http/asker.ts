import type { Asker } from '@btcforecast/notifications';
import type { FastifyRequest } from 'fastify';
import { actorOf, clientOf } from './request-client.js';

/** Who asks, for what belongs to a tenant. */
export function askerOf(request: Pick<FastifyRequest, 'principal'>): Asker {
  const { tenant, permissions, instruments, horizons } = clientOf(request);
  return { tenant, actor: actorOf(request), permissions, instruments, horizons };
}
