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
    const { user, signal } = this.base;
    const tls = { '--cacert': 'ca.pem', '--cert': 'data.pem', '--key': 'data-key.pem' };
    const options = Object.entries(tls).map(([name, file]) => `${name}=${this.base.secretFile(file)}`);
    const endpoints = `--endpoints=https://${this.places[0]!.address}:2379`;
    const command = ['etcdctl', endpoints, ...options, 'del', '--prefix', prefix] as const;
    await runProgram(this.places[0]!, command, { user, environment: { ETCDCTL_API: '3' }, signal });
  }

  /** HOST:PORT of every member. */
  get endpoints(): string {
    return this.places.map(({ address }) => `${address}:2379`).join(',');
  }
}
