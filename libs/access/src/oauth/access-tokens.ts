import { randomUUID } from 'node:crypto';
import { type Permission } from '@btcforecast/contracts';
import { AppError, type Clock } from '@btcforecast/platform';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../principal.js';
import { type ClientRecord, isActive } from './client-record.js';
import type { OAuthClients } from './oauth-clients.js';
import type { ServerKeys } from './server-keys.js';

export interface AccessTokensDependencies {
  readonly keys: ServerKeys;
  readonly clients: OAuthClients;
  readonly clock: Clock;
  /** `iss` and `aud`: the address under which clients know this API. */
  readonly issuer: string;
  readonly lifeSeconds: number;
}

/** A token whose signature was found right. The client's part is worked out again when its record changes. */
interface VerifiedToken {
  readonly keyId: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: number;
  record: ClientRecord;
  principal: Principal;
}

const TYPE = 'at+jwt';
const ALGORITHM = 'EdDSA';
const TOKENS_IN_MEMORY = 10_000;

/**
 * Access tokens: JWTs by RFC 9068 that count for minutes. Once verified a token is recognised by its text; what its
 * client may do is looked up anew each time, so that the end of a client is the end of its tokens.
 */
export class AccessTokens {
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: TOKENS_IN_MEMORY });

  constructor(private readonly deps: AccessTokensDependencies) {}

  get lifeSeconds(): number {
    return this.deps.lifeSeconds;
  }

  /** @throws AppError transient service.not_ready when there is no key to sign with */
  async issue({ id, principal }: ClientRecord, scopes: readonly Permission[]): Promise<string> {
    const { clock, issuer, keys, lifeSeconds } = this.deps;
    const key = keys.signing('tokens');
    const now = Math.floor(clock.now() / 1000);
    return new SignJWT({ client_id: id, scope: scopes.join(' '), tenant: principal.tenant })
      .setProtectedHeader({ typ: TYPE, alg: ALGORITHM, kid: key.id })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(id)
      .setIssuedAt(now)
      .setExpirationTime(now + lifeSeconds)
      .setJti(randomUUID())
      .sign(key.privateKey);
  }

  /**
   * Whose token this is, as far as memory can tell; undefined when {@link verify} has to be asked.
   *
   * @throws AppError access.token_invalid when it is known to count no more
   */
  verifyFromMemory(text: string): Principal | undefined {
    const token = this.#verified.get(text);
    if (!token) return undefined;
    const record = this.deps.clients.peek(token.clientId);
    if (record === undefined) return undefined;
    if (record === null || !this.#counts(token, record)) {
      this.#verified.delete(text);
      throw refusal();
    }
    return principalOf(token, record);
  }

  /**
   * Whose token this is.
   *
   * @throws AppError access.token_invalid; transient database.unavailable when its client cannot be looked up
   */
  async verify(text: string): Promise<Principal> {
    const { keyId, payload } = await this.#check(text);
    const { sub: clientId, scope, exp = 0 } = payload;
    if (typeof clientId !== 'string' || payload['client_id'] !== clientId) throw refusal();
    const record = await this.deps.clients.get(clientId);
    if (record === null || payload['tenant'] !== record.principal.tenant) throw refusal();
    const scopes = new Set(typeof scope === 'string' ? scope.split(' ') : []);
    const expiresAt = exp * 1000;
    const principal = narrowed(record.principal, scopes, expiresAt);
    const token = { keyId, clientId, scopes, expiresAt, record, principal };
    if (!this.#counts(token, record)) throw refusal();
    this.#verified.set(text, token);
    return principal;
  }

  /**
   * Whoever showed a token some time ago, as they are now; null when the token or its client counts no more.
   *
   * @throws AppError transient database.unavailable when the client cannot be looked up
   */
  async current({ id, permissions, expiresAt = 0 }: Principal): Promise<Principal | null> {
    const now = this.deps.clock.now();
    const record = expiresAt > now ? await this.deps.clients.get(id) : null;
    return record && isActive(record, now) ? narrowed(record.principal, permissions, expiresAt) : null;
  }

  #counts({ expiresAt, keyId }: VerifiedToken, record: ClientRecord): boolean {
    const now = this.deps.clock.now();
    return expiresAt > now && isActive(record, now) && this.deps.keys.find(keyId, 'tokens') !== undefined;
  }

  /** Signature and claims. The key is one of ours by its id, and the algorithm is the one that those have. */
  async #check(text: string): Promise<{ keyId: string; payload: JWTPayload }> {
    const { clock, issuer, keys } = this.deps;
    let keyId = '';
    const findKey = async ({ kid }: { kid?: string }) => {
      const key = typeof kid === 'string' ? await keys.findOrRead(kid, 'tokens') : undefined;
      if (!key || kid === undefined) throw new errors.JWKSNoMatchingKey();
      keyId = kid;
      return key;
    };
    try {
      const { payload } = await jwtVerify(text, findKey, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer,
        audience: issuer,
        requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id', 'scope', 'tenant'],
        currentDate: new Date(clock.now()),
      });
      return { keyId, payload };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw refusal(error);
      throw error;
    }
  }
}

function principalOf(token: VerifiedToken, record: ClientRecord): Principal {
  if (token.record !== record) {
    token.record = record;
    token.principal = narrowed(record.principal, token.scopes, token.expiresAt);
  }
  return token.principal;
}

/** What both the token and, by now, its client allow. */
function narrowed(principal: Principal, scopes: ReadonlySet<string>, expiresAt: number): Principal {
  const permissions = new Set([...principal.permissions].filter((each) => scopes.has(each)));
  return { ...principal, permissions, expiresAt };
}

/** One answer, whichever part was wrong. */
function refusal(cause?: unknown): AppError {
  return new AppError(
    'caller',
    'access.token_invalid',
    'the access token is malformed, expired, or not of this server, or its client is no more; get a new one at ' +
      '/oauth/token',
    {},
    { cause },
  );
}
