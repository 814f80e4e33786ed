import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import type {
  Driver,
  Instance,
  Probe,
  RunOnceOptions,
  Server,
  ServiceName,
  StartRegionOptions,
} from '../../driver.js';
import { SERVICES } from '../../driver.js';
import { runCommand } from '../../run-command.js';
import { hasFailed, isRunning, named, tasksOf } from './stack-state.js';
import {
  full,
  instancesOf,
  stateOf,
  tasksAt,
  untilComplete,
  untilJobDone,
  untilUpdated,
} from './stack-waits.js';
import { swarmFaults } from './swarm-faults.js';

export interface SwarmOptions {
  /** Root of a checkout: deploy/swarm is there. */
  readonly root: string;
  /** Before the names of our images, such as `ghcr.io/example/btcforecast`. */
  readonly registry: string;
  /** False where images are on the nodes and in no registry. */
  readonly resolveImages: boolean;
  /** Folder of deploy/scripts/make-secrets.sh. */
  readonly secrets: string;
  /** What the stack file asks for, beside what this process has, such as GATEWAYS. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * For Docker Swarm, on a manager: DOCKER_HOST says which. Swarm rolls by itself, by the rules of the stack file; what keeps
 * data is not in the stack and is left alone. See deploy/swarm.
 */
export class SwarmDriver implements Driver {
  readonly name = 'swarm';

  constructor(private readonly options: SwarmOptions) {}

  async check(region: string, release: string): Promise<void> {
    const images = [...SERVICES, 'btcf'].map((target) => this.#image(target, release));
    const faults = await swarmFaults(region, { ...this.options, images });
    if (faults.length > 0) throw misconfigured(faults.join('; '));
  }

  async instances(region: string): Promise<Instance[]> {
    return (await Promise.all(SERVICES.map((service) => instancesOf(region, service)))).flat();
  }

  /** Services, not instances; databases are not of the stack. */
  async servers(region: string): Promise<Server[]> {
    const args = [
      'service',
      'ls',
      '--format',
      '{{.Name}} {{.Replicas}}',
      '--filter',
      `name=${full(region, '')}`,
    ];
    return (await runCommand(['docker', ...args])).split('\n').flatMap((line) => {
      const [, name = '', running = '', wanted = '', job] =
        /_(\S+) (\d+)\/(\d+)(.*completed)?/.exec(line) ?? [];
      if (name === '' || job) return [];
      return [{ region, name, well: running === wanted, state: `${running} of ${wanted} run` }];
    });
  }

  /** Swarm itself asks whether an instance is well; requests are counted by each, which is not reached from here. */
  async probe(instance: Instance): Promise<Probe> {
    const tasks = await tasksAt(instance);
    const [meant] = tasks;
    const counts = { requests: 0, errors: 0 };
    if (!meant) return { ready: false, detail: 'there is no such instance', restarts: 0, ...counts };
    const restarts = tasks.filter((task) => hasFailed(task) && task.image === meant.image).length;
    const detail = [meant.state, meant.error].filter(Boolean).join(': ');
    return { ready: isRunning(meant), detail, restarts, ...counts };
  }

  async logs(instance: Instance, lines: number): Promise<string[]> {
    const [meant] = await tasksAt(instance);
    if (!meant) return [];
    const args = ['service', 'logs', '--raw', '--tail', String(lines), meant.id];
    return (await runCommand(['docker', ...args])).split('\n').filter(Boolean);
  }

  replace(): Promise<void> {
    return Promise.reject(new AppError('bug', 'internal.bug', 'Swarm updates whole services'));
  }

  async updateService(
    region: string,
    service: ServiceName,
    release: string,
    signal: AbortSignal,
  ): Promise<string> {
    const image = this.#image(service, release);
    const start = performance.now();
    const { Spec } = await stateOf(region, service);
    if (named(Spec.TaskTemplate.ContainerSpec.Image) !== image) await this.#update(region, service, image);
    await untilUpdated(region, service, image, signal);
    return `all instances run ${release} after ${Math.round((performance.now() - start) / 1_000)} s`;
  }

  async startRegion(region: string, { release }: StartRegionOptions, signal: AbortSignal): Promise<void> {
    const { root, registry, resolveImages, secrets, env } = this.options;
    await runCommand([join(root, 'deploy', 'swarm', 'up.sh'), region], {
      signal,
      environment: {
        ...env,
        BTCF_VERSION: release,
        BTCF_REGISTRY: registry,
        RESOLVE_IMAGE: resolveImages ? 'always' : 'never',
        SECRETS_DIR: secrets,
      },
    });
    await untilComplete(region, SERVICES, signal);
  }

  start(_region: string, server: string): Promise<void> {
    return Promise.reject(notByOne(server));
  }

  stop(_region: string, server: string): Promise<void> {
    return Promise.reject(notByOne(server));
  }

  async runOnce(
    region: string,
    server: string,
    { release, command }: RunOnceOptions,
    signal: AbortSignal,
  ): Promise<string> {
    if (server !== 'migrate' || command) throw misconfigured('of a stack only migrate can be run once');
    const job = full(region, server);
    const { Spec } = await stateOf(region, server);
    const before = await tasksOf(job);
    const image = release ? this.#image('btcf', release) : named(Spec.TaskTemplate.ContainerSpec.Image);
    await this.#update(region, server, image, '--force');
    return untilJobDone(job, before, signal);
  }

  async execute(region: string, server: string, command: readonly string[]): Promise<string> {
    const label = `com.docker.swarm.service.name=${full(region, server)}`;
    const ofCompose = `com.docker.compose.service=${region}-${server}`;
    for (const each of [label, ofCompose]) {
      const found = await runCommand(['docker', 'ps', '-q', '--filter', `label=${each}`]);
      const [id] = found.split('\n');
      if (id) return runCommand(['docker', 'exec', id, ...command]);
    }
    throw misconfigured(`${server} of ${region} is not on this node: set DOCKER_HOST to the one that has it`);
  }

  async scale(region: string, service: ServiceName, count: number, release: string): Promise<void> {
    await runCommand(['docker', 'service', 'scale', '--detach', `${full(region, service)}=${count}`]);
    await untilUpdated(region, service, this.#image(service, release), new AbortController().signal);
  }

  #image(target: string, release: string): string {
    return `${this.options.registry}/${target}:${release}`;
  }

  async #update(region: string, service: string, image: string, ...more: string[]): Promise<void> {
    const resolving = this.options.resolveImages ? '--with-registry-auth' : '--no-resolve-image';
    const args = [
      'service',
      'update',
      '--detach',
      resolving,
      ...more,
      '--image',
      image,
      full(region, service),
    ];
    await runCommand(['docker', ...args]);
  }
}

function notByOne(server: string): AppError {
  const message = `Swarm starts and stops instances itself: scale the service of ${server}; data servers are compose's`;
  return misconfigured(message);
}

function misconfigured(message: string): AppError {
  return new AppError('caller', 'config.invalid', message);
}
