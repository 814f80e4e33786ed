import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
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

/** us-east under compose, with a synthetic market in place of exchanges. */
export interface TestRegion {
  readonly project: string;
  compose(...args: string[]): string;
  containers(): Container[];
  container(service: string): Container;
  /** Containers that are neither healthy nor ended well. */
  unwell(): string[];
  /** Asked at nginx, with the first key. */
  get(path: string): Promise<Reply>;
  remove(): Promise<void>;
}

const FILE = 'deploy/regions/us-east.yml';

/** Makes secrets and a market; starts no container yet. */
export async function startRegion(): Promise<TestRegion> {
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
    ...market.env,
  };
  const { compose, containers } = composeOf(project, env);
  let key: string | undefined;
  return {
    project,
    compose,
    containers,
    container: (service) => {
      const found = containers().find(({ Name }) => Name === service);
      if (!found) throw new Error(`there is no container ${service}`);
      return found;
    },
    unwell: () =>
      containers()
        .filter(({ State }) =>
          State.Running ? (State.Health?.Status ?? 'healthy') !== 'healthy' : State.ExitCode !== 0,
        )
        .map(({ Name }) => Name),
    get: (path) => {
      key ??= compose('run', '--rm', '-T', 'us-east-migrate', 'migrate', '--admin-key', '-')
        .split('\n')
        .at(-1);
      return ask(port, path, readFileSync(join(secrets, 'ca.pem'), 'utf8'), key as string);
    },
    remove: async () => {
      compose('down', '-v', '-t', '5');
      market.process.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function composeOf(project: string, env: Record<string, string>): Pick<TestRegion, 'compose' | 'containers'> {
  const compose = (...args: string[]): string =>
    run('docker-compose', ['-p', project, '-f', FILE, '--profile', 'core', ...args], env, 600_000);
  const own = new RegExp(`^/${project}[_-]|[_-]1$`, 'g');
  const containers = (): Container[] => {
    const ids = docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
    return inspect<Container>('container', ...ids.split('\n').filter(Boolean)).map((each) => ({
      ...each,
      Name: each.Name.replace(own, ''),
    }));
  };
  return { compose, containers };
}

/** A synthetic market on this host, at the address that every container reaches it by. */
async function startMarket(): Promise<{ process: ChildProcess; env: Record<string, string> }> {
  const main = join(repositoryRoot, 'apps', 'simulated-exchange', 'dist', 'main.js');
  const host = docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}');
  const exchange = fork(main, {
    env: { PATH: process.env['PATH'], SIM_MODE: 'demo', SIM_HOST: host },
    stdio: 'ignore',
    execArgv: [],
  });
  const [{ url, feed }] = (await once(exchange, 'message')) as [{ url: string; feed: string }];
  return { process: exchange, env: { MARKET_SOURCE: 'demo', MARKET_FEED: feed, SIM_URL: url } };
}

async function ask(port: number, path: string, ca: string, key: string): Promise<Reply> {
  const sent = request({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    path,
    ca,
    headers: { authorization: `Bearer ${key}` },
  });
  sent.end();
  const [reply] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return { status: reply.statusCode, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') };
}
