import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { waitUntil } from '../wait-until.js';
import { askPatroni } from './ask-patroni.js';
import { type EtcdServers, type RegionName, REGIONS } from './etcd-servers.js';
import type { Place } from './places.js';
import type { RigBase } from './rig-base.js';
import { runProgram } from './run-program.js';
import { ownFolder, processesIn, sendSignal, startServer } from './server-processes.js';

const FILES = [
  'patroni.yml',
  'run-patroni.py',
  'pgbackrest.conf',
  'start.sh',
  'backup.py',
  'schedule.py',
].map((file) => `deploy/patroni/${file}`);
const START_MS = 120_000;
const JOIN_MS = 120_000;

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

/** PostgreSQL under Patroni, a node in every region, as compose starts it. */
export class PostgresServers {
  readonly nodes: readonly Place[];

  constructor(
    private readonly base: RigBase,
    private readonly etcd: EtcdServers,
  ) {
    this.nodes = REGIONS.map((region) => base.furnish(`postgres-${region}`, FILES));
    for (const { folder } of this.nodes) ownFolder(join(folder, 'run'), base.user);
  }

  /** The first region makes the cluster; the others copy it. */
  async start(): Promise<void> {
    this.startNode(this.nodes[0]!);
    await this.until('the first node leads', async () => (await this.leader()) === this.nodes[0]);
    for (const node of this.nodes.slice(1)) this.startNode(node);
    await this.whole();
  }

  startNode(node: Place): void {
    const { environment } = this.#service(node);
    startServer(node, 'sh', [join(node.folder, 'start.sh')], { user: this.base.user, environment });
  }

  /** A whole node: Patroni, PostgreSQL, and all that they started. */
  killNode(node: Place): void {
    this.base.kill(node);
  }

  /** Patroni alone, which then neither renews its lease nor stops its PostgreSQL. */
  signalPatroni(node: Place, signal: 'SIGSTOP' | 'SIGCONT'): void {
    // PostgreSQL works in its data folder, Patroni in that of the node.
    const inData = new Set(processesIn(join(node.folder, 'data')));
    for (const pid of processesIn(node.folder)) if (!inData.has(pid)) sendSignal(pid, signal);
  }

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
        const level = members.filter(({ state, lag }) => UP.has(state) && (lag === undefined || lag === 0));
        return level.length === this.nodes.length && members.some(({ role }) => role === 'sync_standby');
      },
      deadlineMs,
    );
  }

  /** Runs a program as the node would: with its configuration and its secrets. */
  run(node: Place, command: readonly [string, ...string[]]): Promise<string> {
    const { user, signal } = this.base;
    return runProgram(node, command, { user, environment: PGBACKREST_USER, signal });
  }

  pgbackrest(node: Place, ...args: string[]): Promise<string> {
    const config = `--config=${join(node.folder, 'tls', 'pgbackrest.conf')}`;
    return this.run(node, ['pgbackrest', config, '--stanza=btcforecast', ...args]);
  }

  /** What takes, proves and restores backups in the container: deploy/patroni/backup.py. */
  backup(node: Place, ...args: string[]): Promise<string> {
    return this.run(node, [join(node.folder, 'backup.py'), ...args]);
  }

  loseData(node: Place): void {
    rmSync(join(node.folder, 'data'), { recursive: true, force: true });
  }

  /** Where the app reads and writes on that node, past the balancer. */
  url(node: Place): string {
    const password = this.base.secret('postgres_app');
    return `postgres://btcforecast:${password}@${node.address}:5432/btcforecast?sslmode=verify-full&sslrootcert=${this.base.secretFile('ca.pem')}`;
  }

  async #members(): Promise<Member[]> {
    for (const node of this.nodes) {
      const answer = await askPatroni(node, '/cluster', this.base.secret('ca.pem')).catch(() => null);
      if (answer) return Cluster.parse(JSON.parse(answer)).members;
    }
    return [];
  }

  #service(node: Place) {
    const region = node.host.replace('postgres-', '') as RegionName;
    const placed = this.base.compose.placed(`${region}-postgres`, node, {
      ETCD_HOSTS: this.etcd.endpoints,
      BACKUP_AT: 'never', // a drill takes its backup when it wants one
    });
    return { ...placed, environment: { ...placed.environment, ...PGBACKREST_USER } };
  }

  until<T>(what: string, condition: () => Promise<T>, deadlineMs = START_MS): Promise<NonNullable<T>> {
    return waitUntil(condition, { what, deadlineMs, signal: this.base.signal });
  }
}

/** In the container the system's user is called postgres too. */
const PGBACKREST_USER = { PGBACKREST_PG1_USER: 'postgres' };
