import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { netnsOf, type RigNetwork } from './network.js';

/** A name server in every place, which knows what an engine's would know there; each answers without any other. */
export class NameServers {
  readonly #processes = new Map<string, ChildProcess>();

  constructor(
    private readonly folder: string,
    private readonly network: RigNetwork,
  ) {}

  start(place: string): void {
    const host = hostOf(place);
    this.network.addHosts(place, [host]);
    const address = this.network.address(host);
    writeFileSync(
      join(this.folder, `resolv-${place}`),
      `nameserver ${address}\noptions timeout:1 attempts:3\n`,
      {
        mode: 0o644,
      },
    );
    writeFileSync(this.#file(place), '', { mode: 0o644 });
    const options = [
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--local=/#/',
      '--user=root',
      '--pid-file=',
    ];
    const own = [`--addn-hosts=${this.#file(place)}`, `--listen-address=${address}`, '--bind-interfaces'];
    const child = spawn(
      'nsenter',
      [`--net=${netnsOf(host)}`, 'dnsmasq', '--conf-file=/dev/null', ...options, ...own],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    child.on('error', () => undefined); // whoever asks for a name sees that nobody answers
    this.#processes.set(place, child);
  }

  address(place: string): string {
    return this.network.address(hostOf(place));
  }

  tell(place: string, names: ReadonlyMap<string, readonly string[]>): void {
    this.network.writeNames(`names-${place}`, names);
    this.#processes.get(place)!.kill('SIGHUP');
  }

  #file(place: string): string {
    return join(this.folder, `names-${place}`);
  }
}

function hostOf(place: string): string {
  return `dns-${place}`;
}
