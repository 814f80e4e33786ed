import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import {
  type Driver,
  type Instance,
  type Probe,
  type RunOnceOptions,
  type Server,
  SERVICES,
  type StartRegionOptions,
} from '../../deploy/driver.js';
import { serversUp } from './balancers.js';
import { ONCE } from './compose-plan.js';
import type { Container, ContainerSpec } from './container.js';
import type { RegionsRig } from './regions-rig.js';

/** What the rig begins with, a release that is as good, and one whose programs end at once. */
export const FIRST_RELEASE = 'first';
export const NEXT_RELEASE = 'next';
export const BAD_RELEASE = 'bad';

const INTERNAL_PORT = 9464;
/** Where plans of `btcf deploy` put what there is once. */
const GLOBAL = 'global';
const WELL_MS = 60_000;

/**
 * What the engine of `btcf deploy` needs, for the rig. All releases are the programs of this project under another name,
 * but for the bad one.
 */
export class RigDriver implements Driver {
  readonly name = 'rig';
  readonly #releases = new Map<string, string>();
  readonly #good = new Map<string, ContainerSpec>();

  constructor(private readonly rig: RegionsRig) {}

  async check(): Promise<void> {
    // Every release is this project itself.
  }

  async instances(region: string): Promise<readonly Instance[]> {
    return SERVICES.flatMap((service) =>
      this.rig.base.ofKind(region, service).map(({ name, pid }) => ({
        region,
        service,
        name: name.slice(region.length + 1),
        release: this.#releases.get(name) ?? FIRST_RELEASE,
        running: pid !== null,
      })),
    );
  }

  async servers(region: string): Promise<readonly Server[]> {
    const place = region === GLOBAL ? ONCE : region;
    return this.rig.base.services
      .filter((service) => service.place === place && service.restart !== 'on-failure')
      .map(({ name }) => {
        const well = this.rig.base.container(name).pid !== null;
        const own = region === GLOBAL ? name : name.slice(region.length + 1);
        return { region, name: own, well, state: well ? 'running' : 'down' };
      });
  }

  async probe({ region, name }: Instance): Promise<Probe> {
    const container = this.#container(region, name);
    const url = `http://${this.rig.base.network.address(container.name)}:${INTERNAL_PORT}/health/ready`;
    const counted = { restarts: container.restarts, requests: 0, errors: 0 };
    try {
      const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      return { ...counted, ready: ok, detail: `it answers with ${status}` };
    } catch (error) {
      return { ...counted, ready: false, detail: (error as Error).message };
    }
  }

  async logs({ region, name }: Instance, lines: number): Promise<readonly string[]> {
    const log = join(this.#container(region, name).spec.folder, 'log');
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines);
  }

  async replace({ region, name }: Instance, release: string): Promise<void> {
    const container = this.#container(region, name);
    await container.stop();
    const good = this.#good.get(container.name) ?? container.spec;
    this.#good.set(container.name, good);
    container.spec = release === BAD_RELEASE ? { ...good, command: ['false'] } : good;
    this.#releases.set(container.name, release);
    container.start();
  }

  /** @throws AppError when etcd was not told of its members by {@link RegionsBase.join} before */
  async startRegion(region: string, { only }: StartRegionOptions): Promise<void> {
    if (only) throw notHere('the whole region starts');
    const own = this.rig.base.services.filter(({ place }) => place === region);
    await this.rig.starter.startAll(own.map(({ name }) => name));
  }

  async start(region: string, server: string): Promise<void> {
    this.#container(region, server).start();
  }

  async stop(region: string, server: string): Promise<void> {
    await this.#container(region, server).stop();
  }

  async runOnce(region: string, server: string, { command }: RunOnceOptions): Promise<string> {
    if (command) throw notHere('jobs run as they are in the compose file');
    const job = this.#container(region, server);
    job.start();
    const code = await job.ended();
    if (code === 0) return '';
    throw new AppError('transient', 'service.not_ready', `${job.name} ended with ${code}`);
  }

  execute(region: string, server: string, command: readonly string[]): Promise<string> {
    return this.#container(region, server).exec(command);
  }

  async scale(): Promise<void> {
    throw notHere('there are as many instances as deploy/regions says');
  }

  /** Until it is healthy, and a balancer has found whom it balances: an engine looks every five seconds only. */
  async recreate(region: string, server: string): Promise<void> {
    const container = this.#container(region, server);
    await container.stop();
    container.start();
    const { base, starter } = this.rig;
    await base.waitUntil(`${container.name} is healthy`, () => starter.isHealthy(container), WELL_MS);
    const backend = /^(global-)?haproxy/.exec(server) && (region === GLOBAL ? 'any_region' : 'gateways');
    if (!backend) return;
    const found = async () => (await serversUp(`http://${container.name}:8404`, backend)).length > 0;
    await base.waitUntil(`${container.name} has found whom it balances`, found, WELL_MS);
  }

  #container(region: string, name: string): Container {
    return this.rig.base.container(region === GLOBAL ? name : `${region}-${name}`);
  }
}

function notHere(reason: string): AppError {
  return new AppError('caller', 'request.invalid', `the rig does not do that: ${reason}`);
}
