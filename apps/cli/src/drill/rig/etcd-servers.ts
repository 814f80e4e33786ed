import type { Place } from './places.js';
import type { RigBase } from './rig-base.js';
import { runProgram } from './run-program.js';
import { startServer } from './server-processes.js';

/** The regions of deploy/regions, the one with the first primary first. */
export const REGIONS = ['us-east', 'us-west', 'eu-west'] as const;
export type RegionName = (typeof REGIONS)[number];

/** A member of etcd in every region, in which Patroni's nodes agree who leads. */
export class EtcdServers {
  readonly places: readonly Place[];

  constructor(private readonly base: RigBase) {
    this.places = REGIONS.map((region) => base.furnish(`etcd-${region}`, []));
  }

  start(): void {
    REGIONS.forEach((region, i) => {
      const place = this.places[i]!;
      const { environment } = this.base.compose.placed(`${region}-etcd`, place);
      startServer(place, 'etcd', [], { user: this.base.user, environment });
    });
  }

  /** Deletes what is kept below the key. */
  async forget(prefix: string): Promise<void> {
    await this.#etcdctl(this.places[0]!, 'del', '--prefix', prefix);
  }

  /** The member that leads. */
  async leader(): Promise<Place> {
    const all = await this.#status();
    const leader = all.find(({ own, leading }) => own === leading);
    return leader?.place ?? Promise.reject(new Error('no member of etcd leads'));
  }

  /** Gives the lead to a member. */
  async moveLeader(to: Place): Promise<void> {
    const { own } = (await this.#status()).find(({ place }) => place === to)!;
    await this.#etcdctl(await this.leader(), 'move-leader', own);
  }

  /** Identifiers as etcdctl takes them, in hexadecimal digits. */
  #status(): Promise<{ place: Place; own: string; leading: string }[]> {
    return Promise.all(
      this.places.map(async (place) => {
        const said = await this.#etcdctl(place, 'endpoint', 'status', '-w', 'fields');
        const field = (name: string): string =>
          BigInt(new RegExp(`"${name}" : (\\d+)`).exec(said)![1]!).toString(16);
        return { place, own: field('MemberID'), leading: field('Leader') };
      }),
    );
  }

  #etcdctl(place: Place, ...command: readonly string[]): Promise<string> {
    const { user, signal } = this.base;
    const tls = { '--cacert': 'ca.pem', '--cert': 'data.pem', '--key': 'data-key.pem' };
    const options = Object.entries(tls).map(([name, file]) => `${name}=${this.base.secretFile(file)}`);
    const words = ['etcdctl', `--endpoints=https://${place.address}:2379`, ...options, ...command] as const;
    return runProgram(place, words, { user, environment: { ETCDCTL_API: '3' }, signal });
  }

  /** How many watch something at a member: each Patroni one thing. */
  async watchers({ address }: Place): Promise<number> {
    const metrics = await (await fetch(`http://${address}:2381/metrics`)).text();
    return Number(/^etcd_debugging_mvcc_watcher_total (\d+)$/m.exec(metrics)?.[1]);
  }
}
