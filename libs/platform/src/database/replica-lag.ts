interface Sample {
  readonly at: number;
  readonly lsn: bigint;
}

/** Looks at the primary that are remembered; at one a second this is longer than any bound of use. */
const REMEMBERED = 120;

/** A place in PostgreSQL's log, as `pg_lsn` is written: two hexadecimal halves. */
export function lsnOf(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * How old what a replica shows may be: an upper bound, from what the primary had when it was asked and from what the
 * replica has replayed. It needs no clock but ours, and a replica that hears nothing gets older, although its own
 * figures say that it has replayed all it has heard of. Before both were asked it is infinite.
 */
export class ReplicaLag {
  #samples: Sample[] = [];
  #coveredAt = Number.NEGATIVE_INFINITY;

  /** @param at before the primary was asked, monotonic ms: whatever was committed before then lies before `lsn` */
  primaryHad(lsn: bigint, at: number): void {
    this.#samples.push({ at, lsn });
    if (this.#samples.length > REMEMBERED) this.#samples.shift();
  }

  /** The newest look that it covers counts: after a failover older ones may name places that no longer exist. */
  replicaHas(lsn: bigint): void {
    const covered = this.#samples.findLastIndex((sample) => sample.lsn <= lsn);
    if (covered < 0) return;
    this.#coveredAt = Math.max(this.#coveredAt, this.#samples[covered]!.at); // in range
    this.#samples = this.#samples.slice(covered);
  }

  /** The address of the replicas led to the primary, which has everything. */
  replicaIsPrimary(at: number): void {
    this.#coveredAt = Math.max(this.#coveredAt, at);
  }

  /** The replica has everything that was committed this long before `now`, ms. */
  at(now: number): number {
    return now - this.#coveredAt;
  }
}
