import { AppError } from '@btcforecast/platform/errors';
import type { Beside, Driver, Instance, Probe, RunOnceOptions, ServiceName } from '../driver.js';
import type { Pace } from './step-context.js';

/** What a release is like once it runs. */
export type Nature = 'good' | 'never ready' | 'ends at once' | 'answers with errors' | 'becomes unready';

export interface Size {
  readonly region: string;
  readonly service: ServiceName;
  readonly count: number;
}

interface Process {
  readonly instance: { region: string; service: ServiceName; name: string };
  release: string | null;
  running: boolean;
  startedAt: number;
}

const START_MS = 3_000;
const TURNS_ILL_MS = 8_000;
const REQUESTS_PER_SECOND = 50;

/** Thrown where the process that deploys is killed. */
export class Killed extends Error {}

/**
 * Regions in memory, with a time of their own: processes that take a while to start, and releases that are bad in
 * several ways. It notes what must never happen, and can kill whoever drives it at any change.
 */
export class SimulatedSystem implements Driver, Pace {
  readonly name = 'simulated';
  readonly #processes: Process[];
  readonly #natures = new Map<string, Nature>();
  #now = 1_000_000;
  /** Changes that are still made until the driver is killed. */
  killAfter = Infinity;
  /** Every instance that ever ran a release. */
  readonly ran = new Map<string, Set<string>>();
  /** The fewest instances that were ready at once, of each service of each region. */
  readonly fewest = new Map<string, number>();
  /** How often each instance was replaced by which release. */
  readonly replaced: string[] = [];
  migrations: string[] = [];
  /** Second ones, by region and name; `joined` when they are sent work. */
  readonly #second = new Map<string, Process & { joined: boolean }>();

  constructor(sizes: readonly Size[], release: string) {
    this.#processes = sizes.flatMap(({ region, service, count }) =>
      Array.from({ length: count }, (_, i) => ({
        instance: { region, service, name: `${service}-${i + 1}` },
        release,
        running: true,
        startedAt: 0,
      })),
    );
    this.#look();
  }

  /** How a release behaves in the instances of one service, or in all. */
  setNature(release: string, nature: Nature, service?: ServiceName): void {
    this.#natures.set(`${release} ${service ?? '*'}`, nature);
  }

  now(): number {
    return this.#now;
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#now += ms;
    this.#look();
  }

  releases(): Record<string, string | null> {
    return Object.fromEntries(
      this.#processes.map(({ instance, release }) => [`${instance.region} ${instance.name}`, release]),
    );
  }

  /** May be the end of whoever drives: call it before and after each change. */
  change(): void {
    if (this.killAfter-- <= 0) throw new Killed('kill -9');
  }

  async check(): Promise<void> {}

  async instances(region: string): Promise<Instance[]> {
    return this.#processes
      .filter(({ instance }) => instance.region === region)
      .map(({ instance, release, running }) => ({ ...instance, release, running }));
  }

  async probe({ region, name }: Instance): Promise<Probe> {
    return this.#probe(this.#process(region, name));
  }

  #probe(found: Process | undefined): Probe {
    if (!found) return { ready: false, detail: 'not there', restarts: 0, requests: 0, errors: 0 };
    const ready = this.#isReady(found);
    const isIll = this.#nature(found) === 'answers with errors';
    const requests = Math.floor(((this.#now - found.startedAt) / 1_000) * REQUESTS_PER_SECOND);
    const endsAtOnce = this.#nature(found) === 'ends at once';
    return {
      ready,
      detail: ready ? '' : 'simulated',
      restarts: endsAtOnce ? Math.floor((this.#now - found.startedAt) / 1_000) : 0,
      requests,
      errors: isIll ? Math.floor(requests / 20) : 0,
    };
  }

  async logs(): Promise<string[]> {
    return ['the last words'];
  }

  async replace(instance: Instance, release: string): Promise<void> {
    const found = this.#process(instance.region, instance.name);
    this.change();
    found.running = false;
    this.#look();
    this.change();
    found.release = release;
    found.running = true;
    found.startedAt = this.#now;
    this.replaced.push(`${instance.region} ${instance.name} ${release}`);
    this.ran.set(release, (this.ran.get(release) ?? new Set()).add(`${instance.region} ${instance.name}`));
    this.#look();
    this.change();
  }

  async runOnce(_region: string, _server: string, { release }: RunOnceOptions): Promise<string> {
    this.change();
    this.migrations.push(release!); // so is a migration asked for
    this.change();
    return '';
  }

  readonly beside: Beside = {
    instances: async (region) => {
      const all = await this.instances(region);
      return all.filter((each) => this.#second.has(`${region} ${each.name}`));
    },
    start: async ({ region, service, name }, release) => {
      this.change();
      const key = `${region} ${name}`;
      if (this.#second.has(key)) return;
      const instance = { region, service, name };
      this.#second.set(key, { instance, release, running: true, startedAt: this.#now, joined: false });
      this.change();
    },
    probe: async ({ region, name }) => this.#probe(this.#second.get(`${region} ${name}`)),
    join: async ({ region, name }) => {
      this.change();
      this.#second.get(`${region} ${name}`)!.joined = true; // it was started
      this.change();
    },
    remove: async ({ region, name }) => {
      this.change();
      this.#second.delete(`${region} ${name}`);
      this.#look();
      this.change();
    },
  };

  /** Whether any second one is there, and whether one of this release was ever sent work. */
  seconds(): { there: number; joined: number } {
    const all = [...this.#second.values()];
    return { there: all.length, joined: all.filter(({ joined }) => joined).length };
  }

  async startRegion(): Promise<void> {}
  async servers(): Promise<[]> {
    return [];
  }
  async start(region: string, name: string): Promise<void> {
    this.change();
    Object.assign(this.#process(region, name), { running: true, startedAt: this.#now });
    this.change();
  }

  async stop(region: string, name: string): Promise<void> {
    this.change();
    this.#process(region, name).running = false;
    this.#look();
    this.change();
  }

  async execute(): Promise<string> {
    return '';
  }
  async scale(): Promise<void> {}

  #process(region: string, name: string): Process {
    const found = this.#processes.find(
      ({ instance }) => instance.region === region && instance.name === name,
    );
    if (found) return found;
    throw new AppError('bug', 'internal.bug', `there is no ${name}`);
  }

  #nature({ release, instance }: Process): Nature {
    return this.#natures.get(`${release} ${instance.service}`) ?? this.#natures.get(`${release} *`) ?? 'good';
  }

  #isReady(process: Process): boolean {
    const age = this.#now - process.startedAt;
    if (!process.running || age < START_MS) return false;
    const nature = this.#nature(process);
    if (nature === 'becomes unready') return age < TURNS_ILL_MS;
    return nature === 'good' || nature === 'answers with errors';
  }

  /** Counts who is ready, after every change and every tick of the time. */
  #look(): void {
    const ready = new Map<string, number>();
    const sentWork = [...this.#second.values()].filter(({ joined }) => joined);
    for (const each of [...this.#processes, ...sentWork]) {
      const key = `${each.instance.region} ${each.instance.service}`;
      ready.set(key, (ready.get(key) ?? 0) + Number(this.#isReady(each)));
    }
    for (const [key, count] of ready) {
      this.fewest.set(key, Math.min(count, this.fewest.get(key) ?? Infinity));
    }
  }
}
