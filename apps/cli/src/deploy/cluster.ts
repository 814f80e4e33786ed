import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import { isUp, leads, membersOf, type PatroniMember } from '../patroni-view.js';
import type { Driver } from './driver.js';

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

export const PGBACKREST = ['pgbackrest', '--config=/run/patroni/pgbackrest.conf', '--stanza=btcforecast'];
/** In the container of a PostgreSQL node; `$0` is the path, more arguments go to curl. */
const ASK = 'curl -fsS --max-time 5 --cacert /run/secrets/ca.pem "https://$PATRONI_NAME:8008$0"';

/** PostgreSQL under Patroni, over all regions. */
export class DatabaseCluster {
  constructor(
    private readonly driver: Driver,
    private readonly regions: readonly string[],
  ) {}

  /** Empty when no node answers. */
  async members(): Promise<Member[]> {
    const asks = this.regions.map(
      (region) => (path: string) => this.driver.execute(region, 'postgres', ['sh', '-c', ASK, path]),
    );
    return (await membersOf(asks)).map(asMember);
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

function asMember(member: PatroniMember): Member {
  const { name, role, state, lag } = member;
  const isLeader = leads(member) && isUp(member);
  const bytes = typeof lag === 'number' ? lag : null;
  return {
    region: name.replace(/^postgres-/, ''),
    role,
    state,
    lag: isLeader ? null : bytes,
    leads: isLeader,
    isUp: isUp(member),
  };
}
