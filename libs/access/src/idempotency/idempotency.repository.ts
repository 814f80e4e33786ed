import type { DataSource } from 'typeorm';

/** A key belongs to whoever sent it: the same text of another caller is another key. */
export interface KeyScope {
  readonly tenant: string;
  readonly actor: string;
  readonly key: string;
}

/** A reply as it can be given again. */
export interface StoredReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** null: it showed a secret, and nobody could have opened it again. */
  readonly body: Buffer | null;
}

/** What is known of a key: nothing is, and it is now ours; its request runs; its reply is there. */
export type Claim =
  | { readonly state: 'ours' }
  | { readonly state: 'running'; readonly fingerprint: string }
  | { readonly state: 'answered'; readonly fingerprint: string; readonly reply: StoredReply };

interface Row {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

/** Who runs a request renews its lease well within this; after a crash the key is free again when it has passed. */
const LEASE = '30 seconds';
const KEPT_FOR = '24 hours';
const PRUNED_AT_ONCE = 10_000;
/** A key may be set free between the two questions of a claim; several times in a row it will not be. */
const ATTEMPTS = 5;

/** The table of keys. Time is the database's, so that gateways need not agree on theirs. */
export class IdempotencyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes the key for a request, unless somebody has it. `owner` is a fresh uuid: it names this claim, which can be made
   * again when its answer was lost.
   */
  async claim(scope: KeyScope, fingerprint: string, owner: string): Promise<Claim> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await this.#take(scope, fingerprint, owner)) return { state: 'ours' };
      const row = await this.#find(scope);
      if (row) return claimOf(row);
    }
    throw new Error('an idempotency key could neither be taken nor read');
  }

  /** Keeps the reply for 24 hours; may be done again. @returns whether the claim still stood */
  async complete(owner: string, { status, headers, body }: StoredReply): Promise<boolean> {
    const [, changed] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE idempotency_keys SET status = $2, headers = $3, body = $4, expires_at = now() + $5::interval
       WHERE owner = $1`,
      [owner, status, JSON.stringify(headers), body, KEPT_FOR],
    );
    return changed === 1;
  }

  /** Sets the key free: the same request may be sent again as if it had never been. */
  async release(owner: string): Promise<void> {
    await this.dataSource.query('DELETE FROM idempotency_keys WHERE owner = $1 AND status IS NULL', [owner]);
  }

  async renew(owners: readonly string[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE idempotency_keys SET leased_until = now() + $2::interval
       WHERE owner = ANY ($1::uuid[]) AND status IS NULL`,
      [owners, LEASE],
    );
  }

  /** Deletes what is past its time. @returns how many rows; more may be left when it is as many as are done at once */
  async prune(): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM idempotency_keys WHERE (tenant, actor, key) IN
         (SELECT tenant, actor, key FROM idempotency_keys WHERE expires_at < now() LIMIT $1)`,
      [PRUNED_AT_ONCE],
    );
    return deleted;
  }

  /** Inserts the row, or takes over one that is past its time or whose request died. One statement, so one wins. */
  async #take({ tenant, actor, key }: KeyScope, fingerprint: string, owner: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO idempotency_keys AS known (tenant, actor, key, fingerprint, owner, leased_until, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + $6::interval, now() + $7::interval)
       ON CONFLICT (tenant, actor, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, owner = excluded.owner, leased_until = excluded.leased_until,
             expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL
         WHERE known.expires_at <= now()
            OR (known.status IS NULL AND (known.leased_until <= now() OR known.owner = excluded.owner))
       RETURNING 1`,
      [tenant, actor, key, fingerprint, owner, LEASE, KEPT_FOR],
    );
    return rows.length > 0;
  }

  async #find({ tenant, actor, key }: KeyScope): Promise<Row | undefined> {
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT fingerprint, status, headers, body FROM idempotency_keys
       WHERE tenant = $1 AND actor = $2 AND key = $3`,
      [tenant, actor, key],
    );
    return row;
  }
}

function claimOf({ fingerprint, status, headers, body }: Row): Claim {
  if (status === null) return { state: 'running', fingerprint };
  return { state: 'answered', fingerprint, reply: { status, headers, body } };
}
