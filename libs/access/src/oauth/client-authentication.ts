import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock, Logger } from '@btcforecast/platform';
import { parseKeyText } from '../key-text.js';
import type { ClientAssertions } from './client-assertion.js';
import { type ClientRecord, isActive } from './client-record.js';
import type { OAuthClients } from './oauth-clients.js';
import { OAuthError } from './oauth.error.js';

/** What a request to the token endpoint shows, in exactly one of the ways of RFC 6749, section 2.3, and RFC 7523. */
export type ClientCredentials =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly clientId: string;
      readonly secret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string | undefined; readonly assertion: string };

export interface ClientAuthenticationDependencies {
  readonly clients: OAuthClients;
  readonly assertions: ClientAssertions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Stands in for the secret of a client that does not exist, so that the comparison takes place all the same. */
const NO_SECRET_HASH = '0'.repeat(64);

/** Finds out which client asks for a token. Of secrets every refusal is the same, whichever part was wrong. */
export class ClientAuthentication {
  constructor(private readonly deps: ClientAuthenticationDependencies) {}

  /** @throws OAuthError invalid_client; AppError transient when the client cannot be looked up */
  async authenticate(credentials: ClientCredentials): Promise<ClientRecord> {
    if (credentials.method !== 'private_key_jwt') return this.#bySecret(credentials);
    const { assertion, clientId } = credentials;
    const claimed = this.deps.assertions.claimedClient(assertion);
    const client = await this.#find(claimed);
    const isRight = client?.authMethod === credentials.method && (clientId ?? claimed) === claimed;
    if (!client || !isRight || !isActive(client, this.deps.clock.now())) throw this.#refusal(claimed);
    await this.deps.assertions.verify(assertion, client);
    return client;
  }

  async #bySecret({
    clientId,
    secret,
    method,
  }: ClientCredentials & { secret: string }): Promise<ClientRecord> {
    const client = await this.#find(clientId);
    const now = this.deps.clock.now();
    const secretMatches = matchesSecret(secret, client, now);
    if (client && secretMatches && client.authMethod === method && isActive(client, now)) return client;
    throw this.#refusal(clientId);
  }

  /** Ids have the form of ours, or there is nothing to look up. */
  async #find(id: string | undefined): Promise<ClientRecord | null> {
    return id !== undefined && CLIENT_ID.test(id) ? this.deps.clients.get(id) : null;
  }

  #refusal(claimed: string | undefined): OAuthError {
    const clientId = claimed !== undefined && CLIENT_ID.test(claimed) ? claimed : undefined;
    this.deps.logger.info({ clientId }, 'OAuth client refused');
    return new OAuthError(
      'invalid_client',
      'the client is unknown, revoked or expired, its proof is wrong, or not of the method it is registered with',
    );
  }
}

const CLIENT_ID = /^[0-9a-z]{12}$/;

/** An unknown client is compared as a known one is, so that the time tells nothing. No text shows the id ''. */
const NOBODY = { id: '', secretHash: null, previous: null };

function matchesSecret(text: string, client: ClientRecord | null, nowMs: number): boolean {
  const shown = parseKeyText(text) ?? { id: undefined, secretHash: hash('sha256', text, 'hex') };
  const { id, secretHash, previous } = client ?? NOBODY;
  const isCurrent = equalHashes(shown.secretHash, secretHash ?? NO_SECRET_HASH);
  const isPrevious = equalHashes(shown.secretHash, previous?.secretHash ?? NO_SECRET_HASH);
  const isOverlapping = previous !== null && previous.until > nowMs;
  return shown.id === id && (isCurrent || (isPrevious && isOverlapping));
}

function equalHashes(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}
