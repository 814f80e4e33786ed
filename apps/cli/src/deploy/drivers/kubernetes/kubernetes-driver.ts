import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@btcforecast/platform/errors';
import { parseAllDocuments } from 'yaml';
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
import { tagOf } from '../image-tag.js';
import { runCommand, type RunCommandOptions } from '../../run-command.js';
import {
  holds,
  type Job,
  type KubernetesObject,
  type Pod,
  troubleOf,
  withRelease,
  type Workload,
} from './kubernetes-objects.js';

export interface KubernetesOptions {
  /** Root of a checkout: deploy/kubernetes is there. */
  readonly root: string;
  /** Before the names of our images, such as `ghcr.io/example/btcforecast`. */
  readonly registry: string;
  readonly namespace: string;
  /** The context of kubectl for a region; undefined: the current one. */
  readonly contextOf: (region: string) => string | undefined;
  /** For kubectl, beside what this process has, such as KUBECONFIG. */
  readonly env?: Readonly<Record<string, string>>;
}

const JOB_MS = 10 * 60_000;
const POLL_MS = 1_000;
const OURS = 'app.kubernetes.io/part-of=btcforecast';
const NAME = 'app.kubernetes.io/name';

/**
 * For Kubernetes, by kubectl, which has to be there and to be let in. Kubernetes rolls by itself, by the rules of
 * deploy/kubernetes/base; PostgreSQL, etcd and Redis are not its business.
 */
export class KubernetesDriver implements Driver {
  readonly name = 'kubernetes';

  constructor(private readonly options: KubernetesOptions) {}

  async check(region: string): Promise<void> {
    const overlay = this.#overlay(region);
    if (!existsSync(overlay)) throw misconfigured(`there is no overlay ${overlay}`);
    for (const secret of ['btcforecast', 'gateway-tls']) {
      const found = await this.#kubectl(region, [
        'get',
        'secret',
        secret,
        '--ignore-not-found',
        '-o',
        'name',
      ]);
      if (found.trim() === '') {
        throw misconfigured(
          `there is no secret ${secret} in the namespace ${this.options.namespace} of ${region}`,
        );
      }
    }
  }

  async instances(region: string): Promise<Instance[]> {
    const objects = await this.#list<Workload | Pod>(region, 'deployments,pods');
    return SERVICES.flatMap((service) => {
      const own = objects.filter(({ metadata }) => metadata.labels?.[NAME] === service);
      const pods = own.filter((each): each is Pod => each.kind === 'Pod' && !each.metadata.deletionTimestamp);
      const deployment = own.find((each): each is Workload => each.kind === 'Deployment');
      const absent = Math.max(0, (deployment?.spec.replicas ?? 0) - pods.length);
      return [
        ...pods.sort(byAge).map((pod) => instanceOf(region, service, pod)),
        ...Array.from({ length: absent }, (_, i) => ({
          region,
          service,
          name: `${service}-absent-${i + 1}`,
          release: null,
          running: false,
        })),
      ];
    });
  }

  /** Deployments, not pods; databases are the operator's. */
  async servers(region: string): Promise<Server[]> {
    const deployments = await this.#list<Workload>(region, 'deployments');
    return deployments.map(({ metadata, spec, status }) => {
      const [ready, wanted] = [status?.readyReplicas ?? 0, spec.replicas ?? 1];
      return { region, name: metadata.name, well: ready === wanted, state: `${ready} of ${wanted} ready` };
    });
  }

  /** Kubernetes itself asks whether an instance is ready; requests are counted by each, which is not reached from here. */
  async probe({ region, name }: Instance): Promise<Probe> {
    const text = await this.#kubectl(region, ['get', 'pod', name, '--ignore-not-found', '-o', 'json']);
    const counts = { requests: 0, errors: 0 };
    if (text.trim() === '') return { ready: false, detail: 'there is no such pod', restarts: 0, ...counts };
    const pod = JSON.parse(text) as Pod;
    const ready = holds(pod.status.conditions, 'Ready');
    const restarts = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
    return { ready, detail: ready ? 'ready' : troubleOf(pod), restarts, ...counts };
  }

  async logs({ region, name }: Instance, lines: number): Promise<string[]> {
    const text = await this.#kubectl(region, ['logs', name, `--tail=${lines}`]);
    return text.split('\n').filter(Boolean);
  }

  replace(): Promise<void> {
    return Promise.reject(new AppError('bug', 'internal.bug', 'Kubernetes updates whole services'));
  }

  async updateService(
    region: string,
    service: ServiceName,
    release: string,
    signal: AbortSignal,
  ): Promise<string> {
    const deployment = `deployment/${service}`;
    const start = performance.now();
    const image = `${service}=${this.options.registry}/${service}:${release}`;
    await this.#kubectl(region, ['set', 'image', deployment, image], { signal });
    try {
      await this.#rolledOut(region, deployment, signal);
    } catch (error) {
      signal.throwIfAborted(); // whoever interrupts it may go on with it later
      const why = error instanceof Error ? error.message : String(error);
      await this.#kubectl(region, ['rollout', 'undo', deployment]);
      await this.#rolledOut(region, deployment, signal);
      const message = `${service} of ${region} did not get ready with ${release} and was taken back: ${why}`;
      throw new AppError('transient', 'service.not_ready', message, {}, { cause: error });
    }
    return `all instances run ${release} after ${Math.round((performance.now() - start) / 1_000)} s`;
  }

  async startRegion(region: string, { release }: StartRegionOptions, signal: AbortSignal): Promise<void> {
    const objects = await this.#objects(region, release);
    const late = ['Deployment', 'Job'];
    await this.#apply(
      region,
      objects.filter(({ kind }) => !late.includes(kind)),
      signal,
    );
    await this.runOnce(region, 'migrate', { release }, signal);
    await this.#apply(
      region,
      objects.filter(({ kind }) => kind === 'Deployment'),
      signal,
    );
    for (const service of SERVICES) await this.#rolledOut(region, `deployment/${service}`, signal);
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
    if (server !== 'migrate' || command) throw misconfigured('under Kubernetes only migrate can be run once');
    const job = (await this.#objects(region, release)).filter(({ kind }) => kind === 'Job');
    await this.#kubectl(region, ['delete', 'job', 'migrate', '--ignore-not-found'], { signal });
    await this.#apply(region, job, signal);
    await this.#jobDone(region, signal);
    return this.#kubectl(region, ['logs', 'job/migrate', '--tail=50'], { signal });
  }

  execute(region: string, server: string, command: readonly string[]): Promise<string> {
    return this.#kubectl(region, ['exec', `deployment/${server}`, '--', ...command]);
  }

  async scale(region: string, service: ServiceName, count: number): Promise<void> {
    await this.#kubectl(region, ['scale', `deployment/${service}`, `--replicas=${count}`]);
    await this.#rolledOut(region, `deployment/${service}`, new AbortController().signal);
  }

  #overlay(region: string): string {
    return join(this.options.root, 'deploy', 'kubernetes', 'overlays', region);
  }

  async #objects(region: string, release?: string): Promise<KubernetesObject[]> {
    const text = await runCommand(['kubectl', 'kustomize', this.#overlay(region)]);
    const objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
    return release ? withRelease(objects, this.options.registry, release) : objects;
  }

  async #list<T>(region: string, kinds: string): Promise<T[]> {
    const text = await this.#kubectl(region, ['get', kinds, '--selector', OURS, '-o', 'json']);
    return (JSON.parse(text) as { readonly items: T[] }).items;
  }

  async #apply(region: string, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
    // Not YAML: kubectl reads version 1.1 of it, in which `off` is no text.
    const input = objects.map((object) => JSON.stringify(object)).join('\n');
    await this.#kubectl(
      region,
      ['apply', '--server-side', '--force-conflicts', '--field-manager=btcf', '-f', '-'],
      { input, signal },
    );
  }

  async #rolledOut(region: string, deployment: string, signal: AbortSignal): Promise<void> {
    await this.#kubectl(region, ['rollout', 'status', deployment, '--timeout=20m'], { signal });
  }

  async #jobDone(region: string, signal: AbortSignal): Promise<void> {
    const end = performance.now() + JOB_MS;
    for (;;) {
      const job = JSON.parse(
        await this.#kubectl(region, ['get', 'job', 'migrate', '-o', 'json'], { signal }),
      ) as Job;
      if (holds(job.status?.conditions, 'Complete')) return;
      if (holds(job.status?.conditions, 'Failed') || performance.now() > end) {
        const said = await this.#kubectl(region, ['logs', 'job/migrate', '--tail=5']);
        throw new AppError(
          'transient',
          'service.not_ready',
          `the migration did not end well: ${said.trim()}`,
        );
      }
      await delay(POLL_MS, undefined, { signal });
    }
  }

  #kubectl(region: string, args: readonly string[], options: RunCommandOptions = {}): Promise<string> {
    const context = this.options.contextOf(region);
    const where = [...(context ? ['--context', context] : []), '--namespace', this.options.namespace];
    const { env = {} } = this.options;
    return runCommand(['kubectl', ...args.slice(0, 1), ...where, ...args.slice(1)], {
      ...options,
      environment: env,
    });
  }
}

function instanceOf(region: string, service: ServiceName, { metadata, spec, status }: Pod): Instance {
  const image = spec.containers[0]?.image ?? '';
  return { region, service, name: metadata.name, release: tagOf(image), running: status.phase === 'Running' };
}

function byAge(one: Pod, other: Pod): number {
  const age = (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? '');
  return age || one.metadata.name.localeCompare(other.metadata.name);
}

function notByOne(server: string): AppError {
  return misconfigured(`Kubernetes starts and stops pods itself: scale the deployment of ${server}`);
}

function misconfigured(message: string): AppError {
  return new AppError('caller', 'config.invalid', message);
}
