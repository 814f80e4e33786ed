/** A share of a limit that several processes spend together. */
export interface LeaseRequest {
  /** What is counted, its window included: one name, one sum. */
  readonly name: string;
  /** Units that all holders together may get under this name. */
  readonly limit: number;
  /** Units that this process has got under this name before. */
  readonly held: number;
  /** With less than this the lease is of no use, and none is made. */
  readonly atLeast: number;
  /** Units that somebody waits for. */
  readonly wanted: number;
  /** Units that will probably be needed soon; granted only as far as there is plenty. */
  readonly ahead: number;
  /** How long the name is remembered, in milliseconds. */
  readonly lifeMs: number;
}

export interface Lease {
  readonly granted: number;
  /** Units that nobody has got. */
  readonly left: number;
}

/**
 * Gives out a limit in shares, so that each holder can spend its own without asking. What all holders get under one
 * name never exceeds the limit, however many ask at once.
 */
export abstract class LeaseStore {
  /**
   * @returns at once where nobody else has a part in it, else a promise that rejects soon when the store is away
   */
  abstract take(request: LeaseRequest): Lease | Promise<Lease>;

  abstract close(): Promise<void>;
}

/** Of a process that is alone: it gets everything at once. */
export class SoleLeaseStore extends LeaseStore {
  take({ limit, held }: LeaseRequest): Lease {
    return { granted: Math.max(0, limit - held), left: 0 };
  }

  async close(): Promise<void> {}
}
