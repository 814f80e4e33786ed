import { randomBytes } from 'node:crypto';
import { VaultRefusal } from './vault-reply.js';

/** Something that ends: a token, or what was lent to one. */
export interface Lease {
  readonly id: string;
  readonly policies: readonly string[];
  /** The token it was lent to; it ends with that. */
  readonly parent: string | undefined;
  readonly seconds: number;
  /** Renewals give no more than until then; Infinity for a periodic token. */
  readonly lastEnd: number;
  readonly renewed?: (until: number) => Promise<void>;
  readonly revoked?: () => Promise<void>;
  endsAt: number;
}

type NewLease = Pick<Lease, 'id' | 'seconds' | 'lastEnd'> & Partial<Omit<Lease, 'endsAt'>>;

/** All tokens and leases: they end by time, by revocation, and with the token that they were lent to. */
export class VaultLeases {
  readonly #leases = new Map<string, Lease>();

  add(lease: NewLease): Lease {
    const added = {
      policies: [],
      parent: undefined,
      ...lease,
      endsAt: Math.min(Date.now() + lease.seconds * 1_000, lease.lastEnd),
    };
    this.#leases.set(added.id, added);
    return added;
  }

  find(id: string): Lease | undefined {
    const lease = this.#leases.get(id);
    return lease && lease.endsAt > Date.now() ? lease : undefined;
  }

  get ids(): string[] {
    return [...this.#leases.keys()];
  }

  /** @returns seconds given, cut off at the last end, and whether they were cut */
  async renew(id: string, increment: number): Promise<{ seconds: number; isCut: boolean }> {
    const lease = this.find(id);
    if (!lease) throw new VaultRefusal(400, 'lease not found');
    const wanted = Date.now() + (increment || lease.seconds) * 1_000;
    lease.endsAt = Math.min(wanted, lease.lastEnd);
    await lease.renewed?.(lease.endsAt);
    const seconds = Math.max(0, Math.floor((lease.endsAt - Date.now()) / 1_000));
    return {
      seconds: wanted > lease.lastEnd ? seconds : increment || lease.seconds,
      isCut: wanted > lease.lastEnd,
    };
  }

  /** Ends it, and first whatever was lent to it. */
  async revoke(id: string): Promise<void> {
    const lease = this.#leases.get(id);
    if (!lease) return;
    this.#leases.delete(id);
    const children = [...this.#leases.values()].filter(({ parent }) => parent === id);
    await Promise.all(children.map((child) => this.revoke(child.id)));
    await lease.revoked?.();
  }

  async revokeEnded(): Promise<void> {
    const ended = [...this.#leases.values()].filter(({ endsAt }) => endsAt <= Date.now());
    await Promise.all(ended.map(({ id }) => this.revoke(id)));
  }
}

export function randomId(prefix: string): string {
  return `${prefix}${randomBytes(12).toString('hex')}`;
}
