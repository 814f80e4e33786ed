import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { loadCliEnv } from '../../cli.env.js';
import { runCommand } from '../run-command.js';
import { untilCanBeSpared, findInstance, untilReady } from './gate.js';
import { etcdctl } from './database-actions.js';
import type { StepContext } from './step-context.js';
import type { StepOf } from './step.js';

/** Whoever found a server gone asks it again within this: nginx passes over a balancer for two seconds. */
const FORGIVEN_MS = 5_000;

export async function scale(
  { region, service, count, release }: StepOf<'scale'>,
  { driver }: StepContext,
): Promise<string> {
  await driver.scale(region, service, count, release);
  return `${count} of ${service}`;
}

/** As a replacement by the same release: an instance reads who its neighbours are when it starts. */
export async function renew(
  { region, instance: name, release }: StepOf<'renew'>,
  context: StepContext,
): Promise<string> {
  const instance = await findInstance(context.driver, region, name);
  await untilCanBeSpared(instance, context);
  await context.driver.replace(instance, release, context.signal);
  await untilReady(instance, context);
  return 'ready';
}

export async function startServers(
  { region, servers }: StepOf<'start'>,
  { driver }: StepContext,
): Promise<string> {
  for (const server of servers) await driver.start(region, server);
  return 'started';
}

/** Together: each of them takes its time to drain. */
export async function stopServers(
  { region, servers }: StepOf<'stop'>,
  { driver }: StepContext,
): Promise<string> {
  await Promise.all(servers.map((server) => driver.stop(region, server)));
  return 'stopped';
}

/** One after the other, each well before the next: of two that do the same one is always there. */
export async function recreate(
  { region, servers }: StepOf<'recreate'>,
  context: StepContext,
): Promise<string> {
  const { driver } = context;
  if (!driver.recreate) throw new AppError('bug', 'internal.bug', `${driver.name} makes no server anew`);
  for (const server of servers) {
    await driver.recreate(region, server);
    await untilWell(region, server, context);
    await context.pace.wait(FORGIVEN_MS, context.signal);
  }
  return 'made anew';
}

async function untilWell(
  region: string,
  server: string,
  { driver, rules, pace, signal }: StepContext,
): Promise<void> {
  const end = pace.now() + rules.deadlineMs;
  for (;;) {
    const found = (await driver.servers(region)).find(({ name }) => name === server);
    if (found?.well) return;
    signal.throwIfAborted();
    if (pace.now() >= end) {
      const message = `${server} of ${region} was made anew and is ${found?.state ?? 'missing'}`;
      throw new AppError('transient', 'service.not_ready', message);
    }
    await pace.wait(rules.everyMs, signal);
  }
}

/** The file of a region that is there stays as it is: it may have been begun by hand. */
export async function writeRegion(
  { region, values }: StepOf<'write-region'>,
  { root }: StepContext,
): Promise<string> {
  const file = join('deploy', 'regions', `${region}.env`);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  if (!existsSync(join(root, file))) writeFileSync(join(root, file), lines.join(''));
  await runCommand(['node', 'scripts/generate-deploy.mjs'], { cwd: root });
  return file;
}

export async function makeSecrets(_: StepOf<'make-secrets'>, { root }: StepContext): Promise<string> {
  const { SECRETS_DIR: folder } = loadCliEnv();
  await runCommand(['sh', join('deploy', 'scripts', 'make-secrets.sh'), folder], { cwd: root });
  return `in ${folder}`;
}

/** A member that is added has not started: etcd counts it at once, so its region starts next. */
export async function joinEtcd(
  { region, via }: StepOf<'join-etcd'>,
  { driver }: StepContext,
): Promise<string> {
  const peer = `https://etcd-${region}:2380`;
  if ((await etcdctl(driver, via, 'member', 'list')).includes(peer)) return 'it is a member already';
  await etcdctl(driver, via, 'member', 'add', region, `--peer-urls=${peer}`);
  return 'added';
}
