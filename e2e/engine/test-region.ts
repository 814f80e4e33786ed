import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, repositoryRoot } from '@btcforecast/testing';
import { docker, inspect, run } from './engine.js';

/** What `docker inspect` says of a container, as far as it is asked for. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: object;
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** us-east, with a synthetic market in place of exchanges. */
export interface TestRegion {
  readonly project: string;
  /** For whatever starts services of ours. */
  readonly env: Readonly<Record<string, string>>;
  compose(...args: string[]): string;
  containers(): Container[];
  container(service: string): Container;
  /** Containers that are neither healthy nor ended well. */
  unwell(): string[];
  /** Asked at nginx, with the first key. */
  get(path: string): Promise<Reply>;
  remove(): void;
}

/** Makes secrets and a market; starts no container yet. */
export async function testRegion(files: readonly string[], profile: string): Promise<TestRegion> {
  const folder = mkdtempSync(join(tmpdir(), 'btcf-engine-'));
  const secrets = join(folder, 'secrets');
  run(join(repositoryRoot, 'deploy', 'scripts', 'make-secrets.sh'), [secrets]);
  const market = await startMarket();
  const port = await freePort();
  const project = 'btcf-engine';
  const env = {
    SECRETS_DIR: secrets,
    ETCD_INITIAL_CLUSTER: 'us-east=https://etcd-us-east:2380',
    OPEN_FILES: '20000',
    EDGE_PORT_1: String(port),
    EDGE_PORT_1_2: String(await freePort()),
    ...market.env,
  };
  const given = ['-p', project, ...files.flatMap((file) => ['-f', file]), '--profile', profile];
  const compose = (...args: string[]): string => run('docker-compose', [...given, ...args], env, 600_000);
  const containers = (): Container[] => containersOf(project);
  const agent = new Agent({ keepAlive: true, ca: readFileSync(join(secrets, 'ca.pem'), 'utf8') });
  let key: string | undefined;
  return {
    project,
    env,
    compose,
    containers,
    container: (service) => {
      const found = containers().find(({ Name }) => Name === service);
      if (!found) throw new Error(`there is no container ${service}`);
      return found;
    },
    unwell: () => unwell(containers()),
    get: (path) => {
      const printKey = ['run', '--rm', '--no-deps', '-T', 'us-east-migrate', 'migrate', '--admin-key', '-'];
      key ??= compose(...printKey)
        .split('\n')
        .at(-1) as string;
      return ask({ agent, host: '127.0.0.1', servername: 'localhost', port, path }, key);
    },
    remove: () => {
      agent.destroy();
      compose('down', '-v', '-t', '5');
      market.process.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function containersOf(project: string): Container[] {
  const own = new RegExp(`^/${project}[_-]|[_-]1$`, 'g');
  const ids = docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
  return inspect<Container>('container', ...ids.split('\n').filter(Boolean)).map((each) => ({
    ...each,
    Name: each.Name.replace(own, ''),
  }));
}

function unwell(containers: readonly Container[]): string[] {
  return containers
    .filter(({ State: { Running, Health, ExitCode } }) =>
      Running ? (Health?.Status ?? 'healthy') !== 'healthy' : ExitCode !== 0,
    )
    .map(({ Name }) => Name);
}

/** A synthetic market on this host, at the address that every container reaches it by. */
async function startMarket(): Promise<{ process: ChildProcess; env: Record<string, string> }> {
  const main = join(repositoryRoot, 'apps', 'simulated-exchange', 'dist', 'main.js');
  const host = hostAddress();
  const exchange = fork(main, {
    env: { SIM_MODE: 'demo', SIM_HOST: host },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const ended = once(exchange, 'exit').then(([code]) => {
    throw new Error(`the simulated exchange ended with code ${code}`);
  });
  const ready = once(exchange, 'message') as Promise<[{ url: string; feed: string }]>;
  const [{ url, feed }] = await Promise.race([ready, ended]);
  void ended.catch(() => undefined); // it ends with the test
  return { process: exchange, env: { MARKET_SOURCE: 'demo', MARKET_FEED: feed, SIM_URL: url } };
}

/** Where containers reach this host. An engine that was never started before does not say it, only the subnet. */
function hostAddress(): string {
  const format = '{{with index .IPAM.Config 0}}{{.Subnet}} {{.Gateway}}{{end}}';
  const [subnet, gateway] = docker('network', 'inspect', 'bridge', '--format', format).split(' ');
  return gateway || subnet!.replace(/\.0\/\d+$/, '.1');
}

async function ask(to: Parameters<typeof request>[1], key: string): Promise<Reply> {
  const sent = request({ ...to, headers: { authorization: `Bearer ${key}` } });
  sent.end();
  const [reply] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return { status: reply.statusCode, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') };
}
