import { z } from 'zod';
import { waitUntil } from '../wait-until.js';
import { askPatroni } from './ask-patroni.js';
import type { Place } from './places.js';

const START_MS = 120_000;
const JOIN_MS = 120_000;
/** A standby that is so close follows: while rows are written it is never quite level. */
const LEVEL_BYTES = 1 << 20;

const Cluster = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      lag: z.union([z.number(), z.string()]).optional(),
    }),
  ),
});
type Member = z.infer<typeof Cluster>['members'][number];

/** `leader` stays in etcd until its lease ends; a standby streams (later Patroni) or runs (3.0). */
const LEADS = new Set(['leader', 'master']);
const UP = new Set(['running', 'streaming']);

/** What Patroni's nodes say of each other. */
export class PatroniCluster {
  /** @param ca the authority of their certificates, PEM */
  constructor(
    public nodes: readonly Place[],
    private readonly ca: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Whom the nodes that answer hold for the leader, asked of one after another. */
  async leader(): Promise<Place | null> {
    const leads = (await this.#members()).find(({ role, state }) => LEADS.has(role) && UP.has(state));
    return this.nodes.find(({ host }) => host === leads?.name) ?? null;
  }

  /** The one that has what is acknowledged, besides the leader. */
  async synchronousStandby(): Promise<Place | null> {
    const member = (await this.#members()).find(
      ({ role, state }) => role === 'sync_standby' && UP.has(state),
    );
    return this.nodes.find(({ host }) => host === member?.name) ?? null;
  }

  /** Waits until one leads, one follows synchronously and all are up and level. */
  async whole(deadlineMs = JOIN_MS): Promise<void> {
    await this.until(
      'all PostgreSQL nodes are up, one of them as synchronous standby',
      async () => {
        const members = await this.#members();
        const level = members.filter(({ state, lag = 0 }) => UP.has(state) && Number(lag) < LEVEL_BYTES);
        return level.length === this.nodes.length && members.some(({ role }) => role === 'sync_standby');
      },
      deadlineMs,
    );
  }

  /** Waits until a node leads that is not the old one. */
  otherLeader(old: Place, deadlineMs: number): Promise<Place> {
    return this.until(
      'another node leads',
      async () => {
        const leader = await this.leader();
        return leader === old ? null : leader;
      },
      deadlineMs,
    );
  }

  until<T>(what: string, condition: () => Promise<T>, deadlineMs = START_MS): Promise<NonNullable<T>> {
    return waitUntil(condition, { what, deadlineMs, signal: this.signal });
  }

  async #members(): Promise<Member[]> {
    for (const node of this.nodes) {
      const answer = await askPatroni(node, '/cluster', this.ca).catch(() => null);
      if (answer) return Cluster.parse(JSON.parse(answer)).members;
    }
    return [];
  }
}
