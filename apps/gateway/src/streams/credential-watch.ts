import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Principal } from '@btcforecast/access';
import { type Clock, isAppError, type Logger } from '@btcforecast/platform';
import type { CredentialKind } from '../http/credentials.js';
import type { StreamConnection, StreamHub } from './stream-hub.js';

export interface CredentialWatchParts {
  readonly hub: StreamHub;
  readonly credentials: readonly CredentialKind[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs: number;
}

/** As for requests: credentials that nobody could confirm for so long count no more. */
const TRUSTED_UNCONFIRMED_MS = 15 * 60_000;
const RETRY_MS = 1_000;

type Verdict = 'valid' | 'ended' | 'changed';

/** Looks at the credentials of open streams again and again: a stream outlives the check at its door by hours. */
export class CredentialWatch {
  #confirmedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(private readonly parts: CredentialWatchParts) {}

  start(): void {
    this.#timer = setInterval(() => void this.#check(), this.parts.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Streams of the same credentials from the same place are judged together. */
  async #check(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const before = this.#confirmedAt;
      this.#confirmedAt = new Map();
      const byOwner = Map.groupBy(
        this.parts.hub.connections,
        ({ principal: { kind, id }, address }) => `${kind} ${id} ${address}`,
      );
      for (const [owner, connections] of byOwner) {
        await this.#judge(owner, connections, before.get(owner));
        await nextTurn();
      }
    } catch (error) {
      this.parts.logger.error({ err: error }, 'credentials of streams could not be checked');
    } finally {
      this.#busy = false;
    }
  }

  async #judge(
    owner: string,
    connections: readonly StreamConnection[],
    confirmedAt: number | undefined,
  ): Promise<void> {
    const nowMs = this.parts.clock.now();
    const verdicts = new Map<Principal, Verdict>();
    for (const connection of connections) {
      const { principal } = connection;
      const known = verdicts.get(principal);
      const verdict = known ?? (await this.#verdict(connection));
      if (verdict === undefined) {
        this.#confirmedAt.set(owner, confirmedAt ?? nowMs);
        if (nowMs - (confirmedAt ?? nowMs) < TRUSTED_UNCONFIRMED_MS) return;
      } else {
        this.#confirmedAt.set(owner, nowMs);
        verdicts.set(principal, verdict);
      }
      if (verdict === 'valid') continue;
      connection.close(verdict === 'changed' ? 'rights_changed' : 'credentials_ended', RETRY_MS);
    }
  }

  /** Undefined when that cannot be said at the moment. */
  async #verdict({ principal, address }: StreamConnection): Promise<Verdict | undefined> {
    if ((principal.expiresAt ?? Infinity) <= this.parts.clock.now()) return 'ended';
    try {
      const current = await this.#current(principal, address);
      if (current === null) return 'ended';
      return haveSameRights(principal, current) ? 'valid' : 'changed';
    } catch (error) {
      if (isAppError(error) && error.kind === 'transient') return undefined;
      throw error;
    }
  }

  async #current(principal: Principal, address: string | null): Promise<Principal | null> {
    for (const kind of this.parts.credentials) {
      const current = await kind.recheck?.(principal, address);
      if (current !== undefined) return current;
    }
    return null;
  }
}

function haveSameRights(a: Principal, b: Principal): boolean {
  const rights = ({ tenant, permissions, instruments, horizons }: Principal): string =>
    JSON.stringify([tenant, [...permissions].sort(), instruments, horizons]);
  return a === b || rights(a) === rights(b);
}
