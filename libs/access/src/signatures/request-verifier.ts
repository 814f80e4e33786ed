import {
  type PresentedSignature,
  presentedSignatures,
  type RequestParts,
  SignatureError,
  type SignatureKey,
  verifySignature,
} from '@btcforecast/message-signatures';
import { AppError, type Clock, type Logger, type OnceStore } from '@btcforecast/platform';
import { CredentialMemory } from '../credential-memory.js';
import type { Principal } from '../principal.js';
import type { RequestSigningKeyRepository, SigningKeysOf } from './request-signing-key.repository.js';

export interface RequestVerifierDependencies {
  readonly repository: RequestSigningKeyRepository;
  readonly nonces: OnceStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How far a client's clock may be off. */
  readonly skewSeconds: number;
}

/** For how long after it was made a signature counts. */
export const MAX_AGE_SECONDS = 300;
const COMPONENTS = ['@method', '@authority', '@path', '@query'];
const MAX_NONCE_CHARS = 256;
const REFRESH_MS = 5_000;

/** What a signature has to cover. */
export function requiredComponents(hasBody: boolean): string[] {
  return hasBody ? [...COMPONENTS, 'content-digest'] : COMPONENTS;
}

/** Checks signatures of requests, each by a key that belongs to the API key that the request shows. */
export class RequestVerifier {
  readonly #memory: CredentialMemory<SigningKeysOf>;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: RequestVerifierDependencies) {
    const { repository, clock, logger } = deps;
    this.#memory = new CredentialMemory({
      what: 'signing keys',
      clock,
      logger,
      read: (ids) => repository.listByApiKeys(ids),
      idOf: ({ apiKeyId }) => apiKeyId,
    });
  }

  /** Starts the background read. */
  start(): void {
    this.#timer ??= setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#memory.settled();
  }

  /** Reads the keys in memory again. Never rejects. */
  refresh(): Promise<void> {
    return this.#memory.refresh();
  }

  /** To be called once a signing key of this API key has changed. */
  forget(apiKeyId: string): void {
    this.#memory.forget(apiKeyId);
  }

  /**
   * Checks the signature of a request, and uses up its nonce. A signature by a key of somebody else, such as a proxy,
   * is none of ours and is passed over. That the body has the digest that was signed remains to be checked.
   *
   * @returns whether it was signed by one of the keys
   * @throws AppError caller access.signature_invalid; transient when keys or nonces cannot be looked up
   */
  async verify(message: RequestParts, principal: Principal, hasBody: boolean): Promise<boolean> {
    const own = await this.#ownSignatures(message, principal);
    if (own.length === 0) return false;
    const { parameters } = this.#firstRight(message, own, hasBody);
    await this.#useUp(principal, parameters.nonce, parameters.created ?? 0);
    return true;
  }

  async #ownSignatures(message: RequestParts, { kind, id }: Principal): Promise<OwnSignature[]> {
    if (kind !== 'key') return [];
    const { record } = this.#memory.find(id) ?? (await this.#memory.lookUp(id));
    return asRefusal(() => presentedSignatures(message.fields)).flatMap((presented) => {
      const key = record?.keys.get(presented.parameters.keyid ?? '');
      return key ? [{ presented, key: key() }] : [];
    });
  }

  /** Several are there while a client changes its keys; one that is right will do. */
  #firstRight(message: RequestParts, own: readonly OwnSignature[], hasBody: boolean): PresentedSignature {
    let refused: unknown;
    for (const { presented, key } of own) {
      try {
        asRefusal(() => verifySignature(message, presented, key, this.#policy(hasBody)));
        return presented;
      } catch (error) {
        refused ??= error;
      }
    }
    throw refused;
  }

  #policy(hasBody: boolean) {
    return {
      components: requiredComponents(hasBody),
      nowSeconds: Math.floor(this.deps.clock.now() / 1000),
      maxAgeSeconds: MAX_AGE_SECONDS,
      skewSeconds: this.deps.skewSeconds,
    };
  }

  async #useUp(principal: Principal, nonce: string | undefined, created: number): Promise<void> {
    if (nonce === undefined || nonce === '' || nonce.length > MAX_NONCE_CHARS) {
      throw signatureInvalid(`the parameter nonce must be a text of 1 to ${MAX_NONCE_CHARS} characters`);
    }
    const expiresAt = (created + MAX_AGE_SECONDS + this.deps.skewSeconds + 1) * 1000;
    if (await this.deps.nonces.claim(`nonce ${principal.id}`, nonce, expiresAt)) return;
    throw signatureInvalid('its nonce was used before; sign each request anew, with a nonce of its own');
  }
}

interface OwnSignature {
  readonly presented: PresentedSignature;
  readonly key: SignatureKey;
}

/** What is wrong with a signature, as a refusal of the request that carries it. */
export function asRefusal<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof SignatureError) throw signatureInvalid(error.message, error);
    throw error;
  }
}

function signatureInvalid(why: string, cause?: unknown): AppError {
  const message = `the signature of this request does not count: ${why}`;
  return new AppError('caller', 'access.signature_invalid', message, {}, { cause });
}
