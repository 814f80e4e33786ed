import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Region } from '../../deploy/topology/region.js';
import { projectFolder } from '../rig/places.js';
import { serverEnvironment } from '../rig/server-processes.js';
import { waitUntil } from '../wait-until.js';
import { ONCE, type PlannedService, planServices } from './compose-plan.js';
import { Container } from './container.js';
import { mountsOf, type RigFiles } from './mounts.js';
import { netnsOf, RigNetwork, routerOf } from './network.js';
import { NameServers } from './name-servers.js';
import { Programs } from './programs.js';
import { namesOf, writeRegionFiles, writeRigFiles } from './rig-files.js';
import { type LineSettings, Wan } from './wan.js';

/** Is /etc/hosts for the drills; see enter-namespaces.ts. */
export const DRILL_HOSTS = 'drill-hosts';
const ONCE_NUMBER = 200;
const NEAR_MS = 5;
const EXCHANGE_PORT = 8_000;
/**
 * Simulated seconds per second: an hourly candle every half minute. With less a drill would see none, and more is work
 * that no region has and takes the processors of all.
 */
export const MARKET_SPEED = 120;

/** Where the rig is, and how far its regions are from each other: milliseconds one way. */
export interface RigSettings {
  readonly folder: string;
  readonly regions: readonly Region[];
  readonly delays: readonly number[];
  readonly signal: AbortSignal;
}

/** The parts of a rig of whole regions, before anything runs in it. */
export class RegionsBase {
  readonly network: RigNetwork;
  readonly wan = new Wan();
  readonly containers = new Map<string, Container>();
  readonly files: RigFiles;
  readonly programs = new Programs();
  readonly names: NameServers;
  services: PlannedService[] = [];
  regions: readonly Region[];

  constructor(readonly settings: RigSettings) {
    const { folder, regions } = settings;
    this.regions = regions;
    this.#makeSecrets();
    this.files = writeRigFiles(folder, regions);
    this.network = new RigNetwork(folder, ONCE);
    this.names = new NameServers(folder, this.network);
  }

  /** Networks, names and lines; nothing runs yet but name servers. */
  async prepare(): Promise<void> {
    await this.#addPlace(ONCE, ONCE_NUMBER);
    for (const { name, number } of this.regions) await this.#addPlace(name, number);
    await this.restoreLines();
    this.plan();
  }

  /**
   * One region more: its place, its lines, and the files that name it. What runs learns of it when it is started again.
   *
   * @param given values of variables of the compose file, for its services
   */
  async join(region: Region, given: Readonly<Record<string, string>>): Promise<void> {
    const line = lineOf(Math.max(...this.settings.delays));
    const others = [ONCE, ...this.regions.map(({ name }) => name)];
    this.regions = [...this.regions, region];
    await this.#addPlace(region.name, region.number);
    for (const other of others) await this.wan.line(region.name, other, line);
    writeRegionFiles(this.settings.folder, this.regions);
    this.plan({ [region.name]: given });
  }

  /** Reads the services from the compose file. Those that are new get a host, the others what their next start needs. */
  plan(more: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): void {
    const { folder } = this.settings;
    this.services = planServices(this.regions, (place) => ({
      SECRETS_DIR: join(folder, 'secrets'),
      DNS_SERVER: `${this.names.address(place)}:53`,
      MARKET_SOURCE: 'demo',
      MARKET_FEED: 'demo',
      SIM_URL: `http://exchange:${EXCHANGE_PORT}`,
      BACKUP_AT: 'never',
      ...more[place],
    }));
    this.#askForFirstKey();
    for (const { name, environment } of this.services) {
      const known = this.containers.get(name);
      if (known) known.spec = { ...known.spec, environment: { ...known.spec.environment, ...environment } };
    }
    for (const place of [ONCE, ...this.regions.map(({ name }) => name)]) {
      const fresh = this.services.filter((each) => each.place === place && !this.containers.has(each.name));
      this.network.addHosts(
        place,
        fresh.map(({ name }) => name),
      );
      for (const service of fresh) this.#makeContainer(service);
    }
    this.#tellNames();
  }

  /** Services of a kind in a region, e.g. its gateways. */
  ofKind(region: string, kind: string): Container[] {
    const like = new RegExp(`^${region}-${kind}(-\\d+)?$`);
    return [...this.containers.values()].filter(({ name }) => like.test(name));
  }

  container(name: string): Container {
    const found = this.containers.get(name);
    if (!found) throw new Error(`the rig has no service ${name}`);
    return found;
  }

  secretFile(name: string): string {
    return join(this.settings.folder, 'secrets', name);
  }

  secretText(name: string): string {
    return readFileSync(this.secretFile(name), 'utf8');
  }

  /** A market that lives outside of all regions; at the speed of the clock, while there is enough to do. */
  startExchange(): void {
    const folder = join(this.settings.folder, 'exchange');
    mkdirSync(folder, { recursive: true });
    const environment = {
      SIM_MODE: 'demo',
      SIM_SPEED: '1',
      SIM_HOST: '0.0.0.0',
      SIM_PORT: String(EXCHANGE_PORT),
      SIM_STATE_DIR: '/state',
    };
    const service: PlannedService = {
      name: 'exchange',
      place: ONCE,
      image: 'btcforecast/gateway',
      profiles: [],
      user: '10001:10001',
      command: ['node', 'apps/simulated-exchange/dist/main.js'],
      environment,
      secrets: [],
      volumes: ['exchange-state:/state'],
      tmpfs: ['/tmp:mode=1777'],
      networks: {},
      depends_on: {},
      restart: 'unless-stopped',
      stop_grace_period: '10s',
    };
    this.#makeContainer(service);
    this.container('exchange').start();
  }

  /** It goes on where it was. @param speed simulated seconds per second */
  async setMarketSpeed(speed: number): Promise<void> {
    const exchange = this.container('exchange');
    await exchange.stop();
    exchange.spec = {
      ...exchange.spec,
      environment: { ...exchange.spec.environment, SIM_SPEED: String(speed) },
    };
    exchange.start();
  }

  waitUntil<T>(what: string, condition: () => T | Promise<T>, deadlineMs: number, everyMs = 200) {
    return waitUntil(condition, { what, deadlineMs, everyMs, signal: this.settings.signal });
  }

  async #addPlace(name: string, number: number): Promise<void> {
    this.network.addPlace(name, number);
    await this.wan.place(name, netnsOf(routerOf(name)), `10.${number}.`);
    this.names.start(name);
  }

  /** The same for all lines of a place. */
  async setLinesOf(place: string, settings: LineSettings): Promise<void> {
    for (const other of [ONCE, ...this.regions.map(({ name }) => name)]) {
      if (other !== place) await this.wan.line(place, other, settings);
    }
  }

  /** Regions are as far from each other as the settings say, in turn; what there is once is near the first. */
  async restoreLines(): Promise<void> {
    const { delays } = this.settings;
    const names = this.regions.map(({ name }) => name);
    let at = 0;
    for (const [i, one] of names.entries()) {
      for (const other of names.slice(i + 1))
        await this.wan.line(one, other, lineOf(delays[at++ % delays.length]!));
      await this.wan.line(ONCE, one, lineOf(i === 0 ? NEAR_MS : delays[(i - 1) % delays.length]!));
    }
  }

  #makeContainer(service: PlannedService): void {
    const program = this.programs.of(service);
    const folder = join(this.settings.folder, 'services', service.name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mounts'), mountsOf(service, program, this.files));
    const container = new Container({
      name: service.name,
      folder,
      user: service.user,
      directory: program.directory,
      command: program.command,
      environment: { PATH: program.path, HOME: '/tmp', LC_ALL: 'C.UTF-8', ...service.environment },
      restarts: service.restart !== 'on-failure',
      stopSignal: program.stopSignal,
      stopGraceMs: Number.parseInt(service.stop_grace_period, 10) * 1_000,
      network: this.network.identity(service.name),
    });
    this.containers.set(service.name, container);
  }

  /** The job that migrates first makes the first key, too. */
  #askForFirstKey(): void {
    const primary = this.regions.find((region) => region.primary)!.name;
    const job = this.services.find(({ name }) => name === `${primary}-migrate`)!;
    job.command = [...(job.command ?? []), '--admin-key', '/out/key'];
    job.volumes.push('operator:/out');
  }

  /** @throws Error before the job has ended */
  firstKey(): string {
    return readFileSync(join(this.settings.folder, 'volumes', 'operator', 'key'), 'utf8').trim();
  }

  #tellNames(): void {
    for (const place of [ONCE, ...this.regions.map(({ name }) => name)]) {
      this.names.tell(place, namesOf(place, this.services, this.network));
    }
    // The drills know the names that operators use.
    const names = namesOf(ONCE, this.services, this.network);
    this.network.writeNames(DRILL_HOSTS, names.set('127.0.0.1', ['localhost']));
  }

  #makeSecrets(): void {
    const { folder, regions } = this.settings;
    const script = join(projectFolder, 'deploy', 'scripts', 'make-secrets.sh');
    // One name more: the region that a drill may add.
    const environment = { REGIONS: [...regions.map(({ name }) => name), 'ap-south'].join(' ') };
    execFileSync('sh', [script, join(folder, 'secrets')], {
      env: serverEnvironment(folder, environment),
      stdio: 'pipe',
    });
  }
}

function lineOf(delay: number): LineSettings {
  return { delay, jitter: delay / 20, loss: 0, rate: 0 };
}
