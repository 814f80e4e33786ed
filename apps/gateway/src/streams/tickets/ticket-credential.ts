import type { Principal } from '@btcforecast/access';
import type { FastifyRequest } from 'fastify';
import type { CredentialKind } from '../../http/credentials.js';
import type { StreamTickets } from './stream-tickets.js';

/** `?ticket=`, on the routes that take one; the only credentials that an address may hold. */
export class TicketCredential implements CredentialKind {
  constructor(private readonly tickets: StreamTickets) {}

  identify(request: FastifyRequest): Promise<Principal> | undefined {
    const ticket = request.routeOptions.config.ticket === true ? ticketOf(request) : undefined;
    return ticket === undefined ? undefined : this.tickets.redeem(ticket);
  }
}

/** From where the credentials of a stream were shown; null for a ticket, which is made at one place and shown at another. */
export function shownFrom(request: FastifyRequest): string | null {
  return ticketOf(request) === undefined ? request.ip : null;
}

function ticketOf({ query, headers }: FastifyRequest): string | undefined {
  const { ticket } = query as { readonly ticket?: unknown };
  return typeof ticket === 'string' && headers.authorization === undefined ? ticket : undefined;
}
