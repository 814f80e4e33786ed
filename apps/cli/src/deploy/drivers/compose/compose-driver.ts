import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type {
  Beside,
  Driver,
  Instance,
  Probe,
  RunOnceOptions,
  Server,
  ServiceName,
  StartRegionOptions,
} from '../../driver.js';
import { runCommand } from '../../run-command.js';
import { readRegion, type Region } from '../../topology/region.js';
import { ASK_INSTANCE, notReady, probeOf } from '../ask-instance.js';
import { ComposeBeside } from './compose-beside.js';
import { checkRegion } from './compose-checks.js';
import { ComposeProject, type Container, GLOBAL } from './compose-project.js';
import { instanceNames, readRegions, setInstances } from './region-file.js';

const CORE = ['--profile', 'core'];
/** Beside a running service; the volumes that it needs have their owners since the region was started. */
const ALONE = ['--no-deps'];

export interface ComposeDriverOptions {
  readonly project: ComposeProject;
  /** Where images of ours come from, BTCF_REGISTRY. */
  readonly registry: string;
  readonly secretsFolder: string;
}

/**
 * Regions as the generated compose files have them: each instance is a service of its own there. What release it runs is
 * what its container was made with, so nothing has to be kept beside the engine, and a host that starts again starts
 * what ran.
 */
export class ComposeDriver implements Driver {
  readonly name = 'compose';

  readonly beside: Beside;

  constructor(private readonly options: ComposeDriverOptions) {
    this.beside = new ComposeBeside(options.project, (region) => this.instances(region));
  }

  async check(region: string, release: string): Promise<void> {
    await checkRegion({ ...this.options, region, release, now: Date.now() });
  }

  async instances(region: string): Promise<Instance[]> {
    const containers = await this.#project.containers(region);
    return instanceNames(this.#region(region)).map(([service, name]) => {
      const container = containers.get(`${region}-${name}`);
      return { region, service, name, release: releaseOf(container), running: container?.running ?? false };
    });
  }

  async servers(region: string): Promise<Server[]> {
    const containers = await this.#project.containers(region);
    return this.#coreServices(region)
      .map((service) => ({ service, container: containers.get(service) }))
      .filter(({ container }) => !container?.isJob || container.running || container.exitCode !== 0)
      .map(({ service, container }) => ({
        region,
        name: region === GLOBAL ? service : service.slice(region.length + 1),
        well: container !== undefined && container.running && (container.health ?? 'healthy') === 'healthy',
        state: container ? ((container.running ? container.health : null) ?? container.status) : 'missing',
      }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async probe({ region, name }: Instance): Promise<Probe> {
    const container = (await this.#project.containers(region)).get(`${region}-${name}`);
    if (!container) return notReady('it has no container');
    const { id, running, status, exitCode, restarts } = container;
    if (!running) return notReady(`its container is ${status}, exit code ${exitCode}`, restarts);
    return this.#project.docker(region, ['exec', id, ...ASK_INSTANCE]).then(
      (printed) => probeOf(printed, restarts),
      (error: Error) => notReady(error.message, restarts),
    );
  }

  async logs({ region, name }: Instance, lines: number): Promise<string[]> {
    const { id } = await this.#project.container(region, `${region}-${name}`);
    const printed = await this.#project.logs(region, id, lines);
    return printed.split('\n').filter(Boolean);
  }

  /** Stops it first, which drains it: no more requests come once its readiness has been seen to be gone. */
  async replace({ region, name }: Instance, release: string, signal: AbortSignal): Promise<void> {
    const service = `${region}-${name}`;
    const environment = { BTCF_VERSION: release };
    await this.#project.compose(region, ['stop', service], environment, signal);
    await this.#project.compose(region, ['rm', '-f', service], environment, signal);
    await this.#project.compose(region, [...CORE, 'up', '-d', ...ALONE, service], environment, signal);
  }

  async startRegion(
    region: string,
    { release, members, joins, only }: StartRegionOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const environment = {
      BTCF_VERSION: release,
      ETCD_INITIAL_CLUSTER: members.map((each) => `${each}=https://etcd-${each}:2380`).join(','),
      ETCD_INITIAL_CLUSTER_STATE: joins ? 'existing' : 'new',
    };
    const services =
      region === GLOBAL ? this.#coreServices(region) : (only ?? []).map((name) => `${region}-${name}`);
    await this.#project.compose(
      region,
      [...CORE, 'up', '-d', '--no-recreate', ...services],
      environment,
      signal,
    );
  }

  async start(region: string, server: string): Promise<void> {
    const { id } = await this.#project.container(region, `${region}-${server}`);
    await this.#project.docker(region, ['start', id]);
  }

  async stop(region: string, server: string): Promise<void> {
    await this.#project.compose(region, ['stop', `${region}-${server}`]);
  }

  async recreate(region: string, server: string): Promise<void> {
    const service = region === GLOBAL ? server : `${region}-${server}`;
    await this.#project.compose(region, [...CORE, 'up', '-d', ...ALONE, '--force-recreate', service]);
  }

  async runOnce(
    region: string,
    server: string,
    { release, command }: RunOnceOptions,
    signal: AbortSignal,
  ): Promise<string> {
    const service = `${region}-${server}`;
    await this.#endLeftOver(region, service);
    const made = release ?? releaseOf((await this.#project.containers(region)).get(service));
    const environment: Record<string, string> = made === null ? {} : { BTCF_VERSION: made };
    const entry = command === undefined ? [] : ['--entrypoint', command[0]!];
    const args = command === undefined ? [] : command.slice(1);
    const run = [...CORE, 'run', '--rm', '-T', ...ALONE, ...entry, service, ...args];
    return this.#project.compose(region, run, environment, signal);
  }

  /** Of a run that was interrupted: whoever started it is gone, and a second one beside it would do harm. */
  async #endLeftOver(region: string, service: string): Promise<void> {
    const left = await this.#project.onceContainers(region, service);
    if (left.length > 0) await this.#project.docker(region, ['rm', '-f', ...left]);
  }

  async execute(region: string, server: string, command: readonly string[]): Promise<string> {
    const { id } = await this.#project.container(region, region === GLOBAL ? server : `${region}-${server}`);
    return this.#project.docker(region, ['exec', id, ...command]);
  }

  /** Writes the number into the file of the region, and the compose files anew; then makes it so. */
  async scale(region: string, service: ServiceName, count: number, release: string): Promise<void> {
    const before = await this.instances(region);
    setInstances(join(this.#project.options.root, 'deploy', 'regions', `${region}.env`), service, count);
    await runCommand(['node', 'scripts/generate-deploy.mjs'], { cwd: this.#project.options.root });
    const wanted = new Set((await this.instances(region)).map(({ name }) => name));
    for (const { name } of before.filter((each) => !wanted.has(each.name))) await this.#remove(region, name);
    const missing = (await this.instances(region)).filter(
      (each) => each.service === service && !each.running,
    );
    const environment = { BTCF_VERSION: release };
    if (missing.length > 0) await this.#giveVolumesAway(region, environment);
    for (const { name } of missing) {
      await this.#project.compose(region, [...CORE, 'up', '-d', ...ALONE, `${region}-${name}`], environment);
    }
  }

  /** A volume of an instance that is new belongs to nobody who could write to it, until the job of the region has run. */
  async #giveVolumesAway(region: string, environment: Record<string, string>): Promise<void> {
    const job = `${region}-volumes`;
    if (!this.#coreServices(region).includes(job)) return;
    await this.#project.compose(region, [...CORE, 'run', '--rm', '-T', ...ALONE, job], environment);
  }

  async #remove(region: string, name: string): Promise<void> {
    const container = (await this.#project.containers(region)).get(`${region}-${name}`);
    if (!container) return;
    await this.#project.docker(region, ['stop', container.id]);
    await this.#project.docker(region, ['rm', container.id]);
  }

  get #project(): ComposeProject {
    return this.options.project;
  }

  #region(name: string): Region {
    return readRegion(join(this.#project.options.root, 'deploy', 'regions', `${name}.env`));
  }

  /** What of `core` belongs to a region, or to none. */
  #coreServices(region: string): string[] {
    const { root } = this.#project.options;
    const text = readFileSync(join(root, this.#project.composeFiles(region)[0]!), 'utf8'); // ours comes first
    const { services } = ComposeServices.parse(parse(text, { merge: true, maxAliasCount: -1 }));
    const core = Object.entries(services).filter(([, { profiles }]) => profiles.includes('core'));
    const names = core.map(([name]) => name);
    if (region !== GLOBAL) return names;
    const regions = readRegions(root);
    return names.filter((name) => !regions.some((each) => name.startsWith(`${each.name}-`)));
  }
}

const ComposeServices = z.object({
  services: z.record(z.string(), z.object({ profiles: z.array(z.string()) })),
});

/** The tag of its image; null without a container. */
function releaseOf(container: Container | undefined): string | null {
  return container ? (/:([^:/]+)$/.exec(container.image)?.[1] ?? 'unknown') : null;
}
