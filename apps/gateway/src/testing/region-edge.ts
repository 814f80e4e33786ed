import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, repositoryRoot, waitFor } from '@btcforecast/testing';

/** Where Debian puts servers; nothing else of the environment is theirs to see. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PROGRAMS = ['nginx', 'haproxy', 'dnsmasq', 'openssl'];

/** True where {@link startEdge} can work; give it to describeWhen. */
export function hasEdge(): boolean {
  return PROGRAMS.every((program) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0);
}

export interface EdgeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The edge of a region as it is shipped, nginx in front of HAProxy, before these gateways; only ports and folders are
 * changed, so that two of them and other servers fit on one machine.
 *
 * @param addresses of gateways, all at `port`; DNS gives them for the name `gateway`
 */
export async function startEdge(addresses: readonly string[], port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'btcforecast-edge-'));
  const secrets = makeSecrets(folder);
  const servers: ChildProcess[] = [];
  const start = (program: string, args: readonly string[], env: Record<string, string> = {}): void => {
    servers.push(spawn(program, args, { stdio: 'ignore', env: { PATH: SYSTEM_PATH, ...env } }));
  };
  const dns = await freePort();
  start('dnsmasq', nameServer(dns, 'gateway', addresses));
  const haproxy = await balancerFile(folder, port);
  start('haproxy', ['-db', '-f', haproxy.file], {
    ...{
      REGION: 'us-east',
      GATEWAY_NAME: 'gateway',
      DNS_SERVER: `127.0.0.1:${dns}`,
      PG_1: '127.0.0.1',
      TLS_DIR: secrets,
    },
  });
  const nginx = await edgeFolder(folder, [haproxy.port]);
  start('nginx', nginx.args);
  const ca = readFileSync(join(secrets, 'ca.pem'));
  await waitFor(() => isOpen(nginx.tls), { deadlineMs: 10_000, what: 'nginx takes connections' });

  return {
    ca,
    tls: nginx.tls,
    plain: nginx.plain,
    /** @param agent default: a connection of its own */
    ask: (path: string, headers: Record<string, string> = {}, agent?: Agent) =>
      ask({ port: nginx.tls, ca, agent: agent ?? false }, path, headers),
    /** Gateways that HAProxy sends requests to, and those whose checks have failed. */
    up: () => gateways(haproxy.socket, 'UP'),
    down: () => gateways(haproxy.socket, 'DOWN'),
    async close() {
      await killed(servers);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The nginx of a region as it is shipped, before two balancers at these ports. */
export async function startNginx(balancerPorts: readonly [number, number]) {
  const folder = mkdtempSync(join(tmpdir(), 'btcforecast-nginx-'));
  const secrets = makeSecrets(folder);
  const nginx = await edgeFolder(folder, balancerPorts);
  const server = spawn('nginx', nginx.args, { stdio: 'ignore', env: { PATH: SYSTEM_PATH } });
  await waitFor(() => isOpen(nginx.tls), { deadlineMs: 10_000, what: 'nginx takes connections' });
  return {
    secrets,
    /** Where the way in for everybody sends requests, with the address of who asks before TLS begins. */
    forBalancers: nginx.forBalancers,
    ask: (path: string, headers: Record<string, string>, method: 'GET' | 'POST', body = '') =>
      ask(
        { port: nginx.tls, ca: readFileSync(join(secrets, 'ca.pem')), agent: false, method },
        path,
        headers,
        body,
      ),
    async close() {
      await killed([server]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The way in for everybody as it is shipped, before one region.
 *
 * @param region port of its nginx, and the folder of certificates it was given
 */
export async function startWayIn(region: { readonly forBalancers: number; readonly secrets: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'btcforecast-way-in-'));
  const [dns, socket] = [await freePort(), join(folder, 'haproxy.sock')];
  const ports = await remapped(['8443', '8081', '8404']);
  writeFileSync(join(folder, 'geo.map'), '');
  const text = readFileSync(join(repositoryRoot, 'haproxy', 'global.cfg'), 'utf8')
    .replaceAll(/bind :(\d+)/g, (_, port: string) => `bind 127.0.0.1:${ports.get(port)}`)
    .replace('/tmp/haproxy.sock', socket)
    .replace('/usr/local/etc/haproxy/geo.map', join(folder, 'geo.map'))
    .replaceAll('}:8444"', `}:${region.forBalancers}"`);
  writeFileSync(join(folder, 'global.cfg'), text);
  const env = { DNS_SERVER: `127.0.0.1:${dns}`, TLS_DIR: region.secrets, REGION_1: 'us-east' };
  const servers = [
    spawn('dnsmasq', nameServer(dns, 'nginx-us-east', ['127.0.0.1']), { stdio: 'ignore' }),
    spawn('haproxy', ['-db', '-f', join(folder, 'global.cfg')], {
      stdio: 'ignore',
      env: { PATH: SYSTEM_PATH, ...env },
    }),
  ];
  await waitFor(() => isOpen(ports.get('8443')!), { deadlineMs: 10_000, what: 'HAProxy takes connections' });
  const ca = readFileSync(join(region.secrets, 'ca.pem'));
  return {
    ask: (path: string) => ask({ port: ports.get('8443')!, ca, agent: false }, path, {}),
    /** Whether its checks say that anybody is there. */
    async knowsARegion(): Promise<boolean> {
      return (await stats(socket)).some((line) => /^any_region,region_\d-\d,.*,UP,/.test(line));
    },
    async close() {
      await killed(servers);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeSecrets(folder: string): string {
  const secrets = join(folder, 'secrets');
  execFileSync(join(repositoryRoot, 'deploy', 'scripts', 'make-secrets.sh'), [secrets], { stdio: 'pipe' });
  return secrets;
}

async function killed(servers: readonly ChildProcess[]): Promise<void> {
  for (const server of servers) server.kill('SIGKILL');
  await Promise.all(servers.map((server) => server.exitCode ?? server.signalCode ?? once(server, 'exit')));
}

export type Edge = Awaited<ReturnType<typeof startEdge>>;

/** Knows one name. */
function nameServer(port: number, name: string, addresses: readonly string[]): string[] {
  return [
    ...[
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--no-daemon',
    ],
    ...['--listen-address=127.0.0.1', '--bind-interfaces', `--port=${port}`],
    ...addresses.map((address) => `--host-record=${name},${address},1`),
  ];
}

async function balancerFile(folder: string, gatewayPort: number) {
  const socket = join(folder, 'haproxy.sock');
  const ports = await remapped(['8080', '8404', '5000', '5001', '6379', '6380', '8443']);
  const text = readFileSync(join(repositoryRoot, 'haproxy', 'haproxy.cfg'), 'utf8')
    .replaceAll(/bind :(\d+)/g, (_, port: string) => `bind 127.0.0.1:${ports.get(port)}`)
    .replace('/tmp/haproxy.sock', socket)
    .replaceAll('"${GATEWAY_NAME}":3000', `"\${GATEWAY_NAME}":${gatewayPort}`);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, text);
  return { file, socket, port: ports.get('8080')! };
}

async function edgeFolder(folder: string, balancerPorts: readonly number[]) {
  const prefix = join(folder, 'nginx');
  cpSync(join(repositoryRoot, 'nginx'), prefix, { recursive: true });
  mkdirSync(join(prefix, 'tls'));
  cpSync(join(folder, 'secrets', 'edge.pem'), join(prefix, 'tls', 'fullchain.pem'));
  cpSync(join(folder, 'secrets', 'edge-key.pem'), join(prefix, 'tls', 'key.pem'));
  const ports = await remapped(['8080', '8443', '8444', '8090']);
  for (const name of ['nginx.conf', 'includes/log.conf', 'includes/limits.conf', 'includes/cache.conf']) {
    const file = join(prefix, name);
    const text = readFileSync(file, 'utf8')
      .replace(/server haproxy:8080 ([^;]+);/, (_, given: string) =>
        balancerPorts.map((balancer) => `server 127.0.0.1:${balancer} ${given};`).join(' '),
      )
      .replaceAll(/listen (\[::\]:)?(\d{4})/g, (_, v6: string | undefined, port: string) =>
        v6 ? `listen [::1]:${ports.get(port)}` : `listen 127.0.0.1:${ports.get(port)}`,
      )
      .replaceAll(/\/tmp\/nginx/g, `${folder}/run`)
      .replace('/dev/stdout', join(folder, 'access.log'));
    writeFileSync(file, name === 'nginx.conf' ? `user root;\n${text}` : text);
  }
  const args = ['-p', prefix, '-c', join(prefix, 'nginx.conf'), '-g', 'daemon off;'];
  return { args, plain: ports.get('8080')!, tls: ports.get('8443')!, forBalancers: ports.get('8444')! };
}

async function remapped(ports: readonly string[]): Promise<Map<string, number>> {
  const free = new Map<string, number>();
  for (const port of ports) free.set(port, await freePort());
  return free;
}

function ask(
  where: RequestOptions,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<EdgeReply> {
  return new Promise((resolve, reject) => {
    const options = { ...where, path, headers, host: '127.0.0.1', servername: 'localhost' };
    request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    })
      .on('error', reject)
      .end(body);
  });
}

/** What HAProxy says of itself, as lines of CSV. */
async function gateways(socket: string, state: 'UP' | 'DOWN'): Promise<number> {
  const like = new RegExp(`^gateways,gateway\\d+,.*,${state},`);
  return (await stats(socket)).filter((line) => like.test(line)).length;
}

async function stats(path: string): Promise<string[]> {
  const socket = connect({ path });
  socket.end('show stat\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().split('\n');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
