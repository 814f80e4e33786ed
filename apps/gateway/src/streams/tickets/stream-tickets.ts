import { hash, randomBytes } from 'node:crypto';
import type { Principal } from '@btcforecast/access';
import type { Permission, StreamTicketReply } from '@btcforecast/contracts';
import { queryArrays } from '@btcforecast/candle-reader';
import { AppError, type Clock } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';

/** From the request for it to the opening of the stream. */
const VALID_MS = 30_000;
/** Looks like a key, so that it is kept out of logs like one. */
const FORM = /^btcf_ticket_[\w-]{43}$/;
const SECRET_BYTES = 32;

/** A principal as JSON: sets have no form there. */
type StoredPrincipal = Omit<Principal, 'permissions'> & { readonly permissions: readonly Permission[] };

/**
 * Tickets that open one stream each, for browsers, whose EventSource and WebSocket cannot send a key, and in whose
 * addresses a key would stay in histories and logs. They are in the database: any gateway takes them, and one only.
 */
export class StreamTickets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async issue(principal: Principal): Promise<StreamTicketReply> {
    const ticket = `btcf_ticket_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const expiresAt = new Date(this.clock.now() + VALID_MS);
    // Whoever must sign requests has signed this one; the browser that opens the stream cannot.
    const { permissions, requireSignature: _, ...rest } = principal;
    const stored: StoredPrincipal = { ...rest, permissions: [...permissions] };
    await queryArrays(
      this.dataSource,
      `WITH gone AS (DELETE FROM stream_tickets WHERE expires_at < $4)
       INSERT INTO stream_tickets (hash, principal, expires_at) VALUES ($1, $2, $3)`,
      [hashOf(ticket), JSON.stringify(stored), expiresAt, new Date(this.clock.now())],
    );
    return { ticket, expiresAt: expiresAt.toISOString() };
  }

  /**
   * Whom a ticket was made for; it works no more after that.
   *
   * @throws AppError access.unauthenticated when there is no such ticket, or no longer
   */
  async redeem(ticket: string): Promise<Principal> {
    const rows = FORM.test(ticket)
      ? await queryArrays<[StoredPrincipal]>(
          this.dataSource,
          'DELETE FROM stream_tickets WHERE hash = $1 AND expires_at > $2 RETURNING principal',
          [hashOf(ticket), new Date(this.clock.now())],
        )
      : [];
    const [stored] = rows[0] ?? [];
    if (stored) return { ...stored, permissions: new Set(stored.permissions) };
    throw new AppError(
      'caller',
      'access.unauthenticated',
      'the ticket is unknown, used or expired; get another one by POST /v1/stream/tickets',
    );
  }
}

function hashOf(ticket: string): string {
  return hash('sha256', ticket, 'hex');
}
