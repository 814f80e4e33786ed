import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses of clients, of each kind; nginx and HAProxy bound what one address may ask for. */
export const CLIENT_ADDRESSES = 32;
const FIRST_CLIENT = 10;
const FIRST_HOST = 10;
const EXCHANGE_ADDRESS = '10.201.0.10';
const EXCHANGE = 'exchange';
const NETNS = '/run/netns';

/** A region, or what there is once: a router with hosts behind it. */
interface NetPlace {
  readonly number: number;
  readonly hosts: Map<string, string>;
}

/**
 * The network of the rig: a namespace for every host and for the router of every place, addresses 10.N.0.x. Routers
 * reach each other over the emulated network only ({@link Wan}); the exchange is reached from each directly, as over the
 * Internet. Whoever makes it is in a network namespace of its own, with a line to every router past all others: the
 * drills act through it, as operators and as clients.
 */
export class RigNetwork {
  readonly #places = new Map<string, NetPlace>();

  /** @param once name of the place whose clients come from outside of all regions */
  constructor(
    private readonly folder: string,
    private readonly once: string,
  ) {
    ip(['link set lo up']);
    for (const name of [EXCHANGE]) this.#namespace(name);
    ip([`addr add ${EXCHANGE_ADDRESS}/32 dev lo`], EXCHANGE);
  }

  get exchangeAddress(): string {
    return EXCHANGE_ADDRESS;
  }

  /** Makes the router of a place, and its lines to the drills and to the exchange. */
  addPlace(name: string, number: number): void {
    const router = routerOf(name);
    this.#namespace(router, true);
    ip(['link add br0 type bridge', 'link set br0 up', `addr add 10.${number}.0.1/24 dev br0`], router);
    this.#places.set(name, { number, hosts: new Map() });
    this.#join(router, { to: '', device: `op${number}`, network: `172.31.${number}` });
    this.#join(router, { to: EXCHANGE, device: `ex${number}`, network: `10.202.${number}` });
    ip([`route add ${EXCHANGE_ADDRESS}/32 via 10.202.${number}.2`], router);
    ip([`route add 10.${number}.0.0/16 via 10.202.${number}.1`], EXCHANGE);
    ip([`route add 10.${number}.0.0/24 via 172.31.${number}.1`]);
    this.#addClients(name, number);
  }

  /** Gives hosts of a place namespaces and addresses. */
  addHosts(place: string, names: readonly string[]): void {
    const { number, hosts } = this.#places.get(place)!;
    const links: string[] = [];
    for (const host of names) {
      const at = FIRST_HOST + hosts.size;
      hosts.set(host, `10.${number}.0.${at}`);
      this.#namespace(host);
      const [near, far] = [`h${at}`, `name eth0 netns ${NETNS}/${host}`];
      links.push(
        `link add ${near} type veth peer ${far}`,
        `link set ${near} master br0`,
        `link set ${near} up`,
      );
    }
    ip(links, routerOf(place));
    for (const host of names) {
      const address = `addr add ${hosts.get(host)}/24 dev eth0`;
      ip([address, 'link set eth0 up', `route add default via 10.${number}.0.1`], host);
    }
  }

  address(host: string): string {
    for (const { hosts } of this.#places.values()) {
      const address = hosts.get(host);
      if (address) return address;
    }
    throw new Error(`the rig has no host ${host}`);
  }

  number(place: string): number {
    return this.#places.get(place)!.number;
  }

  /** Clients inside a region, who reach only what is there, and those of the region who come from elsewhere. */
  clientAddresses(place: string, kind: 'inside' | 'outside'): string[] {
    const third = kind === 'inside' ? 1 : 2;
    return Array.from(
      { length: CLIENT_ADDRESSES },
      (_, i) => `10.${this.number(place)}.${third}.${FIRST_CLIENT + i}`,
    );
  }

  /** Whose network a process is in, as /proc says it. */
  identity(host: string): string {
    return `net:[${statSync(join(NETNS, host)).ino}]`;
  }

  #namespace(name: string, forwards = false): void {
    mkdirSync(NETNS, { recursive: true });
    execFileSync('ip', ['netns', 'add', name]);
    ip(['link set lo up'], name);
    if (forwards) {
      const command = ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'];
      execFileSync('nsenter', [`--net=${NETNS}/${name}`, ...command]);
    }
  }

  #join(router: string, { to, device, network }: { to: string; device: string; network: string }): void {
    ip([`link add ${device} type veth peer name ${device} netns ${NETNS}/${router}`], to);
    ip([`addr add ${network}.2/30 dev ${device}`, `link set ${device} up`], to);
    ip([`addr add ${network}.1/30 dev ${device}`, `link set ${device} up`], router);
  }

  #addClients(name: string, number: number): void {
    if (name === this.once) return;
    const clients = [...this.clientAddresses(name, 'inside'), ...this.clientAddresses(name, 'outside')];
    ip(clients.map((address) => `addr add ${address}/32 dev lo`));
    ip([`route add 10.${number}.1.0/24 via 172.31.${number}.2`], routerOf(name));
    const once = this.#places.get(this.once)!.number;
    ip([`route add 10.${number}.2.0/24 via 172.31.${once}.2`], routerOf(this.once));
  }

  /** Names as /etc/hosts has them, into a file of the rig. */
  writeNames(file: string, names: ReadonlyMap<string, readonly string[]>): void {
    const lines = [...names].map(([address, all]) => `${address} ${all.join(' ')}\n`);
    writeFileSync(join(this.folder, file), lines.join(''), { mode: 0o644 });
  }
}

export function routerOf(place: string): string {
  return `router-${place}`;
}

/** The namespace of a host or a router, as a file. */
export function netnsOf(host: string): string {
  return join(NETNS, host);
}

function ip(commands: readonly string[], netns = ''): void {
  const within = netns === '' ? [] : ['-n', netns];
  execFileSync('ip', [...within, '-batch', '-'], {
    input: `${commands.join('\n')}\n`,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
