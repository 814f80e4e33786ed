import type { Beside, Instance, Probe } from '../../driver.js';
import { ASK_INSTANCE, notReady, probeOf } from '../ask-instance.js';
import type { ComposeProject } from './compose-project.js';

interface State {
  readonly running: boolean;
  readonly restarts: number;
}

/**
 * Second containers of a service, made by `compose run`, which gives them everything but the names by which others find
 * the service. Starting once more in the network of the region under those names is what sends work to them: HAProxy and
 * the services ask the name server again within seconds.
 */
export class ComposeBeside implements Beside {
  constructor(
    private readonly project: ComposeProject,
    private readonly all: (region: string) => Promise<readonly Instance[]>,
  ) {}

  async instances(region: string): Promise<Instance[]> {
    const prefix = this.#name(region, '');
    const filter = `name=^/?${prefix}`;
    const printed = await this.project.docker(region, [
      'ps',
      '-a',
      '--filter',
      filter,
      '--format',
      '{{.Names}}',
    ]);
    const names = new Set(printed.split(/\s+/).map((name) => name.slice(prefix.length)));
    return (await this.all(region)).filter(({ name }) => names.has(name));
  }

  async start({ region, name }: Instance, release: string, signal: AbortSignal): Promise<void> {
    const container = this.#name(region, name);
    if ((await this.#state(region, container))?.running) return;
    await this.project.docker(region, ['rm', '-f', container]).catch(() => undefined); // half made, or none
    const run = ['run', '-d', '--no-deps', '--name', container, `${region}-${name}`];
    await this.project.compose(region, ['--profile', 'core', ...run], { BTCF_VERSION: release }, signal);
    // It serves until it is accepted, a restart of the host included.
    await this.project.docker(region, ['update', '--restart', 'unless-stopped', container]);
  }

  async probe({ region, name }: Instance): Promise<Probe> {
    const container = this.#name(region, name);
    const state = await this.#state(region, container);
    if (!state?.running) return notReady('the one beside it does not run', state?.restarts);
    return this.project.docker(region, ['exec', container, ...ASK_INSTANCE]).then(
      (printed) => probeOf(printed, state.restarts),
      (error: Error) => notReady(error.message, state.restarts),
    );
  }

  async join({ region, name }: Instance): Promise<void> {
    const container = this.#name(region, name);
    const network = `${this.project.options.name}_${region}-app`;
    const aliases = [...new Set([name, name.replace(/-\d+$/, '')])].flatMap((alias) => ['--alias', alias]);
    // It gets another address, and what it had opened from the old one would hang for minutes: so it starts anew.
    await this.project.docker(region, ['stop', '-t', '40', container]);
    // It may have left, and not come back, when this was killed.
    await this.project.docker(region, ['network', 'disconnect', network, container]).catch(() => undefined);
    await this.project.docker(region, ['network', 'connect', ...aliases, network, container]);
    await this.project.docker(region, ['start', container]);
  }

  async remove({ region, name }: Instance): Promise<void> {
    const container = this.#name(region, name);
    if ((await this.#state(region, container)) === null) return;
    await this.project.docker(region, ['stop', '-t', '40', container]);
    await this.project.docker(region, ['rm', container]);
  }

  #name(region: string, instance: string): string {
    return `${this.project.options.name}-beside-${region}-${instance}`;
  }

  async #state(region: string, container: string): Promise<State | null> {
    const format = '{{.State.Running}} {{.RestartCount}}';
    const printed = await this.project
      .docker(region, ['container', 'inspect', '-f', format, container])
      .catch(() => null);
    if (printed === null) return null;
    const [running, restarts] = printed.trim().split(' ');
    return { running: running === 'true', restarts: Number(restarts) };
  }
}
