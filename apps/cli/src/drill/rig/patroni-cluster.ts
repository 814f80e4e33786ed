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
/** What a node says of itself; 3.0 leaves the timeline out while PostgreSQL starts. */
const Self = z.object({ role: z.string().optional(), timeline: z.number().optional() });

/** `leader` stays in etcd until its lease ends; a standby streams (later Patroni) or runs (3.0). */
const LEADS = new Set(['leader', 'master']);
const IS_PRIMARY = new Set(['primary', 'master']);
const UP = new Set(['running', 'streaming']);

/** What Patroni's nodes say of each other. */
export class PatroniCluster {
  /** @param ca the authority of their certificates, PEM */
  constructor(
    public nodes: readonly Place[],
    private readonly ca: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Whom the nodes hold for the leader. */
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

  /**
   * As the primary of the latest timeline sees them, else as the first that answers does: Patroni reads what the etcd
   * beside it has, which in a region that was cut off is how things were before.
   */
  async #members(): Promise<Member[]> {
    const views = await Promise.all(this.nodes.map((node) => this.#viewOf(node).catch(() => null)));
    const answered = views.filter((view) => view !== null);
    return answered.toSorted((one, other) => other.timeline - one.timeline)[0]?.members ?? [];
  }

  /** @returns members, and the timeline on which the node is primary; 0 when it is not */
  async #viewOf(node: Place): Promise<{ members: Member[]; timeline: number }> {
    const ask = async (path: string): Promise<unknown> => JSON.parse(await askPatroni(node, path, this.ca));
    const [self, cluster] = await Promise.all([ask('/patroni'), ask('/cluster')]);
    const { role = '', timeline = 0 } = Self.parse(self);
    return { members: Cluster.parse(cluster).members, timeline: IS_PRIMARY.has(role) ? timeline : 0 };
  }
}
