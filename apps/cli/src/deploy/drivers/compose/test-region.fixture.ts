import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@btcforecast/testing';
import { stringify } from 'yaml';
import { ComposeDriver } from './compose-driver.js';
import { ComposeProject } from './compose-project.js';

export const REGION = 'us-test';
const REGISTRY = 'btcf-deploy-test';
const PROJECT = 'btcf-deploy-test';
const IMAGE = 'btcforecast/gateway:dev';
const RELEASES = ['v1', 'v2', 'bad', 'crash'];
const TARGETS = ['market-data', 'prediction', 'worker', 'gateway', 'btcf', 'postgres'];
const GATEWAYS = 3;

/** Ready, drains and ends as a service of ours does; releases `bad` and `crash` never get so far. */
const PROGRAM = `
const { createServer } = require('node:http');
const release = process.env.RELEASE;
if (release === 'crash') { console.error('cannot start'); process.exit(3); }
if (release === 'bad') console.error('the last words of a bad release');
let ready = release !== 'bad';
const answer = (request, reply) => {
  if (request.url === '/metrics') return reply.end('');
  if (request.url !== '/health/ready') return setTimeout(() => reply.end(release), 20);
  reply.writeHead(ready ? 200 : 503).end(JSON.stringify({ draining: false, checks: { database: ready ? 'ok' : 'away' } }));
};
const servers = [9464, 3000].map((port) => createServer({ keepAliveTimeout: 65000 }, answer).listen(port, '0.0.0.0'));
process.on('SIGTERM', () => {
  ready = false;
  setTimeout(() => { for (const server of servers) server.close(() => process.exit()); setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 50); }, 5000);
});`;

export interface TestRegion {
  readonly driver: ComposeDriver;
  readonly root: string;
  /** Asks HAProxy 20 times a second until it is stopped. */
  load(): { stop(): Promise<{ answered: Map<string, number>; failed: string[] }> };
  remove(): void;
}

/** A region of small programs behind the very HAProxy of the product, as a real engine runs it. */
export async function startTestRegion(): Promise<TestRegion> {
  const root = mkdtempSync(join(tmpdir(), 'btcf-deploy-'));
  mkdirSync(join(root, 'deploy', 'regions'), { recursive: true });
  writeFileSync(
    join(root, 'deploy', 'regions', `${REGION}.env`),
    `REGION=${REGION}\nREGION_NUMBER=1\nREGION_PRIMARY=true\nREGION_GATEWAYS=${GATEWAYS}\nREGION_PREDICTIONS=1\nREGION_WORKERS=1\n`,
  );
  writeFileSync(join(root, 'deploy', 'regions', `${REGION}.yml`), composeFile(root));
  execFileSync(join(repositoryRoot, 'deploy', 'scripts', 'make-secrets.sh'), [join(root, 'tls')], {
    stdio: 'pipe',
  });
  for (const target of TARGETS) {
    for (const release of RELEASES) docker('tag', IMAGE, `${REGISTRY}/${target}:${release}`);
  }
  const project = new ComposeProject({ root, name: PROJECT, hosts: new Map(), files: [] });
  const driver = new ComposeDriver({ project, registry: REGISTRY, secretsFolder: join(root, 'tls') });
  const options = { release: 'v1', members: [REGION], joins: false };
  await driver.startRegion(REGION, options, new AbortController().signal);
  const { id } = await project.container(REGION, `${REGION}-haproxy`);
  const port = Number(docker('port', id, '8080').split(':').at(-1));
  return { driver, root, load: () => startLoad(port), remove: () => remove(root) };
}

function composeFile(root: string): string {
  const app = (target: string, aliases: string[]) => ({
    image: `${REGISTRY}/${target}:\${BTCF_VERSION:-v1}`,
    profiles: ['core'],
    init: true,
    restart: 'unless-stopped',
    command: ['node', '-e', PROGRAM.replaceAll('$', '$$')],
    environment: { RELEASE: '${BTCF_VERSION:-v1}' },
    stop_grace_period: '20s',
    networks: { [`${REGION}-app`]: { aliases } },
  });
  const gateways = Array.from({ length: GATEWAYS }, (_, i) => `gateway-${i + 1}`);
  return stringify({
    services: {
      [`${REGION}-haproxy`]: {
        image: 'haproxy:3.2.4-bookworm',
        profiles: ['core'],
        user: '99:99',
        group_add: ['10000'],
        command: ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
        environment: {
          REGION,
          TLS_DIR: '/run/tls',
          DNS_SERVER: '127.0.0.11:53',
          GATEWAY_NAME: 'gateway',
          PG_1: 'postgres',
        },
        volumes: [`${repositoryRoot}/haproxy:/usr/local/etc/haproxy:ro`, `${root}/tls:/run/tls:ro`],
        ports: ['127.0.0.1::8080'],
        networks: { [`${REGION}-app`]: null },
      },
      [`${REGION}-migrate`]: {
        ...app('btcf', ['migrate']),
        command: ['node', '-e', '0'],
        restart: 'on-failure',
      },
      [`${REGION}-market-data`]: app('market-data', ['market-data']),
      [`${REGION}-prediction-1`]: app('prediction', ['prediction', 'prediction-1']),
      [`${REGION}-worker-1`]: app('worker', ['worker', 'worker-1']),
      ...Object.fromEntries(gateways.map((name) => [`${REGION}-${name}`, app('gateway', ['gateway', name])])),
    },
    networks: { [`${REGION}-app`]: {} },
    secrets: {},
  });
}

function startLoad(port: number): ReturnType<TestRegion['load']> {
  const answered = new Map<string, number>();
  const failed: string[] = [];
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const one = ask(port).then(
      (release) => void answered.set(release, (answered.get(release) ?? 0) + 1),
      (error: Error) => void failed.push(error.message),
    );
    open.add(one);
    void one.finally(() => open.delete(one));
  }, 50);
  const stop = async () => {
    clearInterval(timer);
    await Promise.all(open);
    return { answered, failed };
  };
  return { stop };
}

/** @returns which release answered */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', timeout: 20_000 }, (reply) => {
      let body = '';
      reply.on('data', (part) => (body += String(part)));
      reply.on('end', () =>
        reply.statusCode === 200 ? resolve(body) : reject(new Error(`status ${reply.statusCode}`)),
      );
    })
      .on('timeout', () => reject(new Error('no answer')))
      .on('error', reject);
  });
}

function remove(root: string): void {
  const own = docker('ps', '-aq', '--filter', `name=^/?${PROJECT}`).split('\n').filter(Boolean);
  if (own.length > 0) docker('rm', '-f', ...own);
  docker('network', 'rm', `${PROJECT}_${REGION}-app`);
  for (const target of TARGETS) {
    for (const release of RELEASES) docker('rmi', `${REGISTRY}/${target}:${release}`);
  }
  rmSync(root, { recursive: true, force: true });
}

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
