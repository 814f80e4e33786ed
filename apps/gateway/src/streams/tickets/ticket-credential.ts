import type { Principal } from '@btcforecast/access';
import type { FastifyRequest } from 'fastify';
import type { CredentialKind } from '../../http/credentials.js';
import type { StreamTickets } from './stream-tickets.js';

/** `?ticket=`, on the routes that take one; the only credentials that an address may hold. */
export class TicketCredential implements CredentialKind {
  constructor(private readonly tickets: StreamTickets) {}

  identify({ routeOptions, query, headers }: FastifyRequest): Promise<Principal> | undefined {
    if (routeOptions.config.ticket !== true || headers.authorization !== undefined) return undefined;
    const { ticket } = query as { readonly ticket?: unknown };
    return typeof ticket === 'string' ? this.tickets.redeem(ticket) : undefined;
  }
}
