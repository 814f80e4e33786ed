import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, freePort, repositoryRoot, waitFor } from '@btcforecast/testing';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const programs = ['haproxy', 'dnsmasq', 'openssl'];
const isThere = programs.every((program) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0);
const NAME = '_gateway._us-east.service.consul';

describeWhen(isThere, `${programs.join(', ')} are not all installed`)('gateways found by Consul', () => {
  const started = new Map<string, ChildProcess>();
  const gateways: { server: Server; port: number }[] = [];
  let folder: string;
  let api: number;
  let dns: number;

  const start = (program: string, args: readonly string[], env: Record<string, string> = {}): void => {
    started.set(program, spawn(program, args, { stdio: 'ignore', env: { PATH, ...env } }));
  };
  const end = async (program: string): Promise<void> => {
    const child = started.get(program);
    child?.kill('SIGKILL');
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  /** Names these gateways from now on, each with a port of its own, as Consul's DNS does (priority 1, weight 1). */
  const name = async (ports: readonly number[]): Promise<void> => {
    await end('dnsmasq');
    const fixed = '--keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null --pid-file= --no-daemon';
    const listen = ['--listen-address=127.0.0.1', '--bind-interfaces', `--port=${dns}`];
    const records = ports.flatMap((port, i) => [
      `--srv-host=${NAME},node${i}.node.consul,${port},1,1`,
      `--host-record=node${i}.node.consul,127.0.0.1,1`,
    ]);
    start('dnsmasq', [...fixed.split(' '), ...listen, ...records]);
  };
  /** Who answers, over some requests; nothing while somebody else does or nobody. */
  const answering = async (): Promise<string> => {
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const reply = await fetch(`http://127.0.0.1:${api}/v1/whoever`);
      seen.add(reply.ok ? await reply.text() : String(reply.status));
    }
    return [...seen].sort().join();
  };
  const all = (ports: readonly number[]) => ports.map(String).sort().join();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'btcforecast-consul-'));
    const secrets = join(folder, 'secrets');
    execFileSync(join(repositoryRoot, 'deploy', 'scripts', 'make-secrets.sh'), [secrets], { stdio: 'pipe' });
    for (let i = 0; i < 3; i++) {
      const server = createServer((_, reply) => reply.end(String((server.address() as AddressInfo).port)));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      gateways.push({ server, port: (server.address() as AddressInfo).port });
    }
    dns = await freePort();
    const ports = new Map<string, number>();
    for (const port of ['8080', '8404', '5000', '5001', '6379', '6380']) ports.set(port, await freePort());
    api = ports.get('8080')!;
    const file = join(folder, 'haproxy.cfg');
    const text = readFileSync(join(repositoryRoot, 'haproxy', 'haproxy.cfg'), 'utf8')
      .replaceAll(/bind :(\d+)/g, (_, port: string) => `bind 127.0.0.1:${ports.get(port)}`)
      .replace('/tmp/haproxy.sock', join(folder, 'haproxy.sock'));
    writeFileSync(file, text);
    await name(gateways.slice(0, 2).map(({ port }) => port));
    const names = { DNS_SERVER: `127.0.0.1:${dns}`, CONSUL_DNS: `127.0.0.1:${dns}`, GATEWAY_SRV: NAME };
    start('haproxy', ['-db', '-f', file], {
      ...names,
      ...{ REGION: 'us-east', GATEWAY_NAME: 'gateway', PG_1: '127.0.0.1', TLS_DIR: secrets },
    });
  });
  afterAll(async () => {
    await Promise.all([...started.keys()].map(end));
    for (const { server } of gateways) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('get requests at the ports of their entries, those that came later too, and none once they left', async () => {
    const [first = 0, second = 0, third = 0] = gateways.map(({ port }) => port);
    const becomes = (ports: readonly number[], what: string) =>
      waitFor(async () => (await answering()) === all(ports), { deadlineMs: 20_000, everyMs: 100, what });
    await becomes([first, second], 'the two that are named');
    await name([second, third]);
    await becomes([second, third], 'one left and one came');
    await end('dnsmasq'); // Consul is away
    expect(await answering()).toBe(all([second, third]));
  });
});
