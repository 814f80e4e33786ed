import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import { runCommand } from '../../run-command.js';

/** What there is once, beside the regions. */
export const GLOBAL = 'global';

export interface ComposeProjectOptions {
  /** Folder of the project, with its compose files. */
  readonly root: string;
  /** Name of the compose project: containers, networks and volumes carry it. */
  readonly name: string;
  /** Engines of regions that are elsewhere, such as `ssh://ops@us-west`; a region without one is on this machine's. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Compose files of your own that come after ours; `{region}` is replaced. */
  readonly files: readonly string[];
}

const Container = z.object({
  Id: z.string(),
  RestartCount: z.number(),
  State: z.object({
    Running: z.boolean(),
    Status: z.string(),
    ExitCode: z.number(),
    Health: z.object({ Status: z.string() }).optional(),
  }),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string() }) }),
  Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
});

export interface Container {
  readonly id: string;
  /** Name of its service in the compose file. */
  readonly service: string;
  readonly image: string;
  readonly running: boolean;
  /** In the words of the engine, such as `exited`. */
  readonly status: string;
  readonly exitCode: number;
  /** Of its own health check; null without one. */
  readonly health: string | null;
  readonly restarts: number;
  /** Runs once and ends, as the generated files have it: started again only when it fails. */
  readonly isJob: boolean;
}

const SERVICE_LABEL = 'com.docker.compose.service';

/** Compose and Docker, each asked at the engine of a region. Compose v2 is used where there is one, else 1.29. */
export class ComposeProject {
  #program: Promise<readonly [string, ...string[]]> | undefined;

  constructor(readonly options: ComposeProjectOptions) {}

  /** @returns what it printed. @throws AppError transient when it fails */
  async compose(
    region: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<string> {
    this.#program ??= composeProgram();
    const files = this.composeFiles(region).flatMap((file) => ['-f', file]);
    const [program, ...before] = await this.#program;
    return runCommand([program, ...before, '-p', this.options.name, ...files, ...args], {
      cwd: this.options.root,
      environment: { COMPOSE_IGNORE_ORPHANS: 'true', ...this.#host(region), ...environment },
      ...(signal && { signal }),
    });
  }

  docker(region: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
    return runCommand(['docker', ...args], { environment: this.#host(region), ...(signal && { signal }) });
  }

  /** What a container logged last, on both of its outputs. */
  logs(region: string, id: string, lines: number): Promise<string> {
    const command = ['docker', 'logs', '--tail', String(lines), id] as const;
    return runCommand(command, { environment: this.#host(region), bothOutputs: true });
  }

  composeFiles(region: string): string[] {
    const ours =
      region === GLOBAL ? 'docker-compose.multi-region.yml' : join('deploy', 'regions', `${region}.yml`);
    return [ours, ...this.options.files.map((file) => file.replaceAll('{region}', region))];
  }

  /** What `compose run` started of a service and did not remove. */
  async onceContainers(region: string, service: string): Promise<string[]> {
    const labels = [`project=${this.options.name}`, `service=${service}`, 'oneoff=True'];
    const filters = labels.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
    return (await this.docker(region, ['ps', '-aq', ...filters])).split(/\s+/).filter(Boolean);
  }

  /** Of the project on the engine of that region, by the names of their services; stopped ones too. */
  async containers(region: string): Promise<ReadonlyMap<string, Container>> {
    const filter = `label=com.docker.compose.project=${this.options.name}`;
    const once = 'label=com.docker.compose.oneoff=False';
    const ids = (await this.docker(region, ['ps', '-aq', '--filter', filter, '--filter', once]))
      .split(/\s+/)
      .filter(Boolean);
    if (ids.length === 0) return new Map();
    // One that went away since it was listed makes the whole fail: it is asked again.
    const inspected = await this.docker(region, ['inspect', ...ids]).catch(() => null);
    if (inspected === null) return this.containers(region);
    const found = z.array(Container).parse(JSON.parse(inspected));
    return new Map(found.map((each) => [each.Config.Labels[SERVICE_LABEL] ?? '', asContainer(each)]));
  }

  /** @throws AppError caller request.not_found */
  async container(region: string, service: string): Promise<Container> {
    const found = (await this.containers(region)).get(service);
    if (found) return found;
    throw new AppError(
      'caller',
      'request.not_found',
      `${service} has no container: btcf deploy up makes what is missing`,
    );
  }

  #host(region: string): Record<string, string> {
    const host = this.options.hosts.get(region);
    return host === undefined ? {} : { DOCKER_HOST: host };
  }
}

function asContainer({ Id, RestartCount, State, HostConfig, Config }: z.infer<typeof Container>): Container {
  return {
    id: Id,
    service: Config.Labels[SERVICE_LABEL] ?? '',
    image: Config.Image,
    running: State.Running,
    status: State.Status,
    exitCode: State.ExitCode,
    health: State.Health?.Status ?? null,
    restarts: RestartCount,
    isJob: HostConfig.RestartPolicy.Name === 'on-failure',
  };
}

async function composeProgram(): Promise<readonly [string, ...string[]]> {
  const v2 = await runCommand(['docker', 'compose', 'version']).catch(() => null);
  if (v2 !== null) return ['docker', 'compose'];
  const v1 = await runCommand(['docker-compose', 'version']).catch(() => null);
  if (v1 !== null) return ['docker-compose'];
  throw new AppError(
    'caller',
    'config.invalid',
    'neither docker compose nor docker-compose works here: install one of them',
  );
}
