import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { poolOf } from './ledger.js';
import type { Place } from './rig/places.js';

const EVERY_MS = 200;

/** A write that a node acknowledged. */
interface Acknowledged {
  readonly node: Place;
  readonly sentAt: number;
  readonly at: number;
}

/**
 * Asks every node by itself, past the balancer, whether it is a primary and takes a write, every 200 ms. A write that
 * waits for a standby is one that is not taken; no other is sent to that node meanwhile.
 */
export class WriteProbe {
  readonly #acknowledged: Acknowledged[] = [];
  #bothPrimarySince: number | null = null;
  #bothPrimaryMs = 0;
  readonly #primaries = new Set<Place>();
  #stopped = false;
  readonly #loops: Promise<void>[];

  constructor(nodes: readonly Place[], url: (node: Place) => string) {
    this.#loops = nodes.flatMap((node) => [
      this.#each(node, url(node), (pool) => this.#write(node, pool)),
      this.#each(node, url(node), (pool) => this.#askRole(node, pool)),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  /** For how long more than one said that it is no standby. */
  get bothPrimaryMs(): number {
    return this.#bothPrimaryMs;
  }

  /**
   * Writes that a node took although another had taken one before they were sent. Once a node has taken one, those that
   * led before it must take no more, unless they are made primary again.
   */
  overlaps(): string[] {
    const first = new Map<Place, number>();
    for (const { node, at } of this.#acknowledged) if (!first.has(node)) first.set(node, at);
    return this.#acknowledged
      .filter(({ node, sentAt }) =>
        [...first].some(([other, at]) => other !== node && at > first.get(node)! && at < sentAt),
      )
      .map(({ node, sentAt }) => `${node.host} took a write sent at ${Math.round(sentAt)} ms`);
  }

  async #each(node: Place, url: string, ask: (pool: Pool) => Promise<void>): Promise<void> {
    const pool = poolOf(url, 1);
    while (!this.#stopped) {
      await ask(pool).catch(() => this.#primaries.delete(node));
      await delay(EVERY_MS);
    }
    await pool.end();
  }

  async #write(node: Place, pool: Pool): Promise<void> {
    const sentAt = performance.now();
    await pool
      .query('INSERT INTO probe DEFAULT VALUES')
      .catch(() => null)
      .then((taken) => taken && this.#acknowledged.push({ node, sentAt, at: performance.now() }));
  }

  async #askRole(node: Place, pool: Pool): Promise<void> {
    const { rows } = await pool.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    if (rows[0]!.standby) this.#primaries.delete(node);
    else this.#primaries.add(node);
    this.#note();
  }

  #note(): void {
    const now = performance.now();
    if (this.#primaries.size > 1) this.#bothPrimarySince ??= now;
    else if (this.#bothPrimarySince !== null) {
      this.#bothPrimaryMs += now - this.#bothPrimarySince;
      this.#bothPrimarySince = null;
    }
  }
}
