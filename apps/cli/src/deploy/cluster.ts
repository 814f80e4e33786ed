import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import type { Driver } from './driver.js';

const Cluster = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      timeline: z.number().optional(),
      lag: z.union([z.number(), z.string()]).optional(),
    }),
  ),
});
/** What a node says of itself; it leaves the timeline out while PostgreSQL starts. */
const Self = z.object({ role: z.string().optional(), timeline: z.number().optional() });
const Backups = z.array(
  z.object({
    backup: z.array(
      z.object({ label: z.string(), type: z.string(), timestamp: z.object({ stop: z.number() }) }),
    ),
  }),
);

/** A PostgreSQL node, as Patroni sees it. */
export interface Member {
  readonly region: string;
  readonly role: string;
  readonly state: string;
  /** Bytes behind; null for the leader and where it is not known. */
  readonly lag: number | null;
  readonly leads: boolean;
  /** Whether it leads or follows, rather than starts or stands still. */
  readonly isUp: boolean;
}

export interface Backup {
  readonly label: string;
  readonly type: string;
  /** ms since the epoch */
  readonly endedAt: number;
}

const LEADS = new Set(['leader', 'master']);
const IS_PRIMARY = new Set(['primary', 'master']);
const UP = new Set(['running', 'streaming']);
export const PGBACKREST = ['pgbackrest', '--config=/run/patroni/pgbackrest.conf', '--stanza=btcforecast'];
/** In the container of a PostgreSQL node; `$0` is the path, more arguments go to curl. */
const ASK = 'curl -fsS --max-time 5 --cacert /run/secrets/ca.pem "https://$PATRONI_NAME:8008$0"';

/** PostgreSQL under Patroni, over all regions. */
export class DatabaseCluster {
  constructor(
    private readonly driver: Driver,
    private readonly regions: readonly string[],
  ) {}

  /**
   * As the primary of the latest timeline sees them, else as the first that answers does; empty when no node answers.
   * Patroni reads what the etcd beside it has, which in a region that is cut off is how things were before.
   */
  async members(): Promise<Member[]> {
    const views = await Promise.all(this.regions.map((region) => this.#viewFrom(region).catch(() => null)));
    const answered = views.filter((view) => view !== null);
    return answered.toSorted((one, other) => other.timeline - one.timeline)[0]?.members ?? [];
  }

  /** @returns members, and the timeline on which the region's node is primary; 0 when it is not */
  async #viewFrom(region: string): Promise<{ members: Member[]; timeline: number }> {
    const ask = async (path: string): Promise<unknown> =>
      JSON.parse(await this.driver.execute(region, 'postgres', ['sh', '-c', ASK, path]));
    const { role = '', timeline = 0 } = Self.parse(await ask('/patroni'));
    const { members } = Cluster.parse(await ask('/cluster'));
    return { members: members.map(asMember), timeline: IS_PRIMARY.has(role) ? timeline : 0 };
  }

  /** The region whose node leads; null while none does. */
  async leader(): Promise<string | null> {
    return (await this.members()).find(({ leads }) => leads)?.region ?? null;
  }

  /** @throws AppError transient service.not_ready */
  async requireLeader(): Promise<string> {
    const leader = await this.leader();
    if (leader !== null) return leader;
    throw new AppError(
      'transient',
      'service.not_ready',
      'no PostgreSQL node leads at the moment: see btcf deploy status',
    );
  }

  /** In the repository of that region, newest last. */
  async backups(region: string): Promise<Backup[]> {
    const text = await this.driver.execute(region, 'postgres', [...PGBACKREST, '--output=json', 'info']);
    return Backups.parse(JSON.parse(text)).flatMap(({ backup }) =>
      backup.map(({ label, type, timestamp }) => ({ label, type, endedAt: timestamp.stop * 1_000 })),
    );
  }
}

function asMember({ name, role, state, lag }: z.infer<typeof Cluster>['members'][number]): Member {
  const leads = LEADS.has(role) && UP.has(state);
  const bytes = typeof lag === 'number' ? lag : null;
  return {
    region: name.replace(/^postgres-/, ''),
    role,
    state,
    lag: leads ? null : bytes,
    leads,
    isUp: UP.has(state),
  };
}
