import type { Clock, OnceStore } from '@btcforecast/platform';
import { createLocalJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, type LocalJWKSet } from 'jose';
import type { ClientRecord } from './client-record.js';
import { OAuthError } from './oauth.error.js';

export interface ClientAssertionsDependencies {
  readonly once: OnceStore;
  readonly clock: Clock;
  /** Either names us as `aud`. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
}

/** Asymmetric ones only: what verifies is public, so a MAC by it would prove nothing. */
export const ASSERTION_ALGORITHMS = ['EdDSA', 'ES256', 'PS256', 'RS256'] as const;
/** How far ahead `exp` may lie: its id is remembered until then. */
const LONGEST_LIFE_SECONDS = 600;
const SKEW_SECONDS = 30;
const MAX_JTI_CHARS = 256;

/** Assertions by which clients prove who they are: `private_key_jwt`, RFC 7523, sections 2.2 and 3. */
export class ClientAssertions {
  readonly #keySets = new WeakMap<object, LocalJWKSet>();

  constructor(private readonly deps: ClientAssertionsDependencies) {}

  /** Who it claims to be from, not proven yet; undefined when it cannot be read. */
  claimedClient(assertion: string): string | undefined {
    try {
      return decodeJwt(assertion).sub;
    } catch {
      return undefined;
    }
  }

  /**
   * Checks an assertion of a client and uses it up.
   *
   * @throws OAuthError invalid_client
   */
  async verify(assertion: string, client: ClientRecord): Promise<void> {
    const { jti, exp = 0, aud } = await this.#check(assertion, client);
    const now = this.deps.clock.now() / 1000;
    if (Array.isArray(aud) && aud.length !== 1) throw refusal('aud must name this server alone');
    if (exp > now + LONGEST_LIFE_SECONDS) {
      throw refusal(`exp must lie within ${LONGEST_LIFE_SECONDS} seconds from now`);
    }
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_CHARS) {
      throw refusal(`jti must be a text of 1 to ${MAX_JTI_CHARS} characters`);
    }
    const expiresAt = (exp + SKEW_SECONDS + 1) * 1000;
    if (await this.deps.once.claim(`assertion ${client.id}`, jti, expiresAt)) return;
    throw refusal('this assertion was used before; make a new one, with a new jti, for each request');
  }

  async #check(assertion: string, client: ClientRecord): Promise<JWTPayload> {
    const { clock, issuer, tokenEndpoint } = this.deps;
    try {
      const { payload } = await jwtVerify(assertion, this.#keysOf(client), {
        algorithms: [...ASSERTION_ALGORITHMS],
        issuer: client.id,
        subject: client.id,
        audience: [issuer, tokenEndpoint],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(clock.now()),
        clockTolerance: SKEW_SECONDS,
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw refusal(reasonOf(error), error);
    }
  }

  #keysOf({ jwks }: ClientRecord): LocalJWKSet {
    if (!jwks) throw refusal('this client has no keys');
    let keys = this.#keySets.get(jwks);
    if (!keys) this.#keySets.set(jwks, (keys = createLocalJWKSet(jwks)));
    return keys;
  }
}

/** Whoever has the key may know what is wrong with a claim; of signatures nothing more is said. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'exp lies in the past';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} is missing or wrong`;
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'its header must name the key by kid';
  return 'it is malformed, or not signed by a key of this client';
}

function refusal(reason: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', `the client assertion was not accepted: ${reason}`, { cause });
}
