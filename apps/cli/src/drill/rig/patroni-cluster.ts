import { isUp, leads, membersOf, type PatroniMember } from '../../patroni-view.js';
import { waitUntil } from '../wait-until.js';
import { askPatroni } from './ask-patroni.js';
import type { Place } from './places.js';

const START_MS = 120_000;
const JOIN_MS = 120_000;
/** A standby that is so close follows: while rows are written it is never quite level. */
const LEVEL_BYTES = 1 << 20;

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
    const leader = (await this.#members()).find((member) => leads(member) && isUp(member));
    return this.nodes.find(({ host }) => host === leader?.name) ?? null;
  }

  /** The one that has what is acknowledged, besides the leader. */
  async synchronousStandby(): Promise<Place | null> {
    const member = (await this.#members()).find((each) => each.role === 'sync_standby' && isUp(each));
    return this.nodes.find(({ host }) => host === member?.name) ?? null;
  }

  /** Waits until one leads, one follows synchronously and all are up and level. */
  async whole(deadlineMs = JOIN_MS): Promise<void> {
    await this.until(
      'all PostgreSQL nodes are up, one of them as synchronous standby',
      async () => {
        const members = await this.#members();
        const level = members.filter((each) => isUp(each) && Number(each.lag ?? 0) < LEVEL_BYTES);
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

  #members(): Promise<readonly PatroniMember[]> {
    return membersOf(this.nodes.map((node) => (path: string) => askPatroni(node, path, this.ca)));
  }
}
