import type { OAuthAuthMethod } from '@btcforecast/contracts';
import type { JSONWebKeySet } from 'jose';
import type { Principal } from '../principal.js';

/** What is needed to judge a client and its tokens. Instants are epoch milliseconds. */
export interface ClientRecord {
  readonly id: string;
  readonly authMethod: OAuthAuthMethod;
  /** SHA-256 of the secret, hexadecimal; null for private_key_jwt. */
  readonly secretHash: string | null;
  /** The secret before the last rotation, while it goes on. */
  readonly previous: { readonly secretHash: string; readonly until: number } | null;
  readonly jwks: JSONWebKeySet | null;
  /** With all permissions that a token of this client can have. */
  readonly principal: Principal;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** Whether it may have tokens, and use those it has. */
export function isActive({ expiresAt, revokedAt }: ClientRecord, nowMs: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > nowMs);
}
