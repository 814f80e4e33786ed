import { hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { type CliEnv, loadCliEnv } from '../cli.env.js';
import { projectFolder } from '../drill/rig/places.js';
import type { DeployOptions } from './deploy-options.js';
import type { Driver } from './driver.js';
import { ComposeDriver } from './drivers/compose/compose-driver.js';
import { ComposeProject } from './drivers/compose/compose-project.js';
import { readRegions } from './drivers/compose/region-file.js';
import { KubernetesDriver } from './drivers/kubernetes/kubernetes-driver.js';
import { SwarmDriver } from './drivers/swarm/swarm-driver.js';
import { Journal } from './state/journal.js';
import { LockFile } from './state/lock.js';
import { type Run, runsOf } from './state/run-history.js';
import { assertFit, type Region } from './topology/region.js';

/** An environment, and what is known of it. */
export interface Deployment {
  readonly options: DeployOptions;
  readonly root: string;
  readonly driver: Driver;
  /** Those that were asked for. */
  readonly regions: readonly Region[];
  readonly allRegions: readonly Region[];
  readonly journal: Journal;
  readonly lock: LockFile;
  /** user@host */
  readonly who: string;
}

/** @throws AppError caller request.not_found when there is no such region */
export function openDeployment(options: DeployOptions): Deployment {
  const env = loadCliEnv();
  const allRegions = readRegions(projectFolder);
  assertFit(allRegions);
  const folder = join(fromRoot(env.DEPLOY_STATE_DIR), options.env);
  return {
    options,
    root: projectFolder,
    driver: driverOf(options, env),
    regions: chosen(allRegions, options.region),
    allRegions,
    journal: new Journal(join(folder, 'journal.jsonl')),
    lock: new LockFile(join(folder, 'lock')),
    who: `${userInfo().username}@${hostname()}`,
  };
}

export function runsIn({ journal }: Deployment): Run[] {
  return runsOf(journal.read());
}

function driverOf({ env: environment, driver }: DeployOptions, env: CliEnv): Driver {
  const common = { root: projectFolder, registry: env.BTCF_REGISTRY, secrets: fromRoot(env.SECRETS_DIR) };
  if (driver === 'swarm') return new SwarmDriver({ ...common, resolveImages: env.RESOLVE_IMAGE !== 'never' });
  if (driver === 'kubernetes') {
    const contexts = pairsOf('DEPLOY_CONTEXTS', env.DEPLOY_CONTEXTS);
    return new KubernetesDriver({
      ...common,
      namespace: 'btcforecast',
      contextOf: (region) => contexts.get(region),
    });
  }
  const project = new ComposeProject({
    root: projectFolder,
    name: env.DEPLOY_PROJECT ?? `btcforecast-${environment}`,
    hosts: pairsOf('DEPLOY_HOSTS', env.DEPLOY_HOSTS),
    files: listOf(env.DEPLOY_FILES),
  });
  return new ComposeDriver({
    project,
    registry: env.BTCF_REGISTRY,
    secretsFolder: common.secrets,
  });
}

function chosen(all: readonly Region[], names: readonly string[] | undefined): readonly Region[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((region) => region.name === name);
    if (found) return found;
    const known = all.map((region) => region.name).join(', ');
    throw new AppError(
      'caller',
      'request.not_found',
      `there is no region ${name}: deploy/regions has ${known}`,
    );
  });
}

const fromRoot = (path: string): string => (isAbsolute(path) ? path : join(projectFolder, path));

function pairsOf(variable: string, text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    listOf(text).map((pair) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      const message = `${variable} is region=value, separated by commas, as in us-west=…, not ${pair}`;
      throw new AppError('caller', 'config.invalid', message);
    }),
  );
}

function listOf(text = ''): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}
