import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@btcforecast/platform/errors';
import type { PlannedService } from './compose-plan.js';
import type { Container } from './container.js';
import { APP } from './programs.js';
import type { RegionsBase } from './regions-base.js';

/** Services of this project start so many at a time: all at once they would starve the databases of processor time. */
const AT_ONCE = 3;
const HEALTHY_MS = 180_000;
const JOB_TRIES = 30;
const LIVE_PORT = 9464;
/** A busy machine lets it wait. */
const LIVE_MS = 5_000;

/** Starts services as compose does: each when those that it depends on are healthy, or have ended well. */
export class Starter {
  readonly #started = new Map<string, Promise<void>>();
  readonly #healthy = new Map<string, Promise<void>>();
  #running = 0;
  readonly #queue: (() => void)[] = [];

  constructor(
    private readonly base: RegionsBase,
    private readonly note: (what: string) => void,
  ) {}

  async startAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#start(name)));
  }

  #start(name: string): Promise<void> {
    let started = this.#started.get(name);
    if (!started) this.#started.set(name, (started = this.#startNow(name)));
    return started;
  }

  async #startNow(name: string): Promise<void> {
    const service = this.#service(name);
    await Promise.all(
      Object.entries(service.depends_on)
        .filter(([other]) => this.base.containers.has(other))
        .map(([other, { condition }]) => this.#met(other, condition)),
    );
    await this.#afterFirstPrimary(name);
    const container = this.base.container(name);
    if (container.spec.directory === APP && service.restart !== 'on-failure') {
      await this.#inTurn(() => this.#startApp(container));
    } else {
      container.start();
    }
  }

  /** PostgreSQL of the first region makes the cluster: whoever starts regions starts that one first. */
  async #afterFirstPrimary(name: string): Promise<void> {
    const first = `${this.base.regions.find(({ primary }) => primary)!.name}-postgres`;
    if (name.endsWith('-postgres') && name !== first) await this.#met(first, 'service_healthy');
  }

  async #met(name: string, condition: string): Promise<void> {
    await this.#start(name);
    if (condition === 'service_completed_successfully') await this.#completed(name);
    else await this.#becomesHealthy(name);
  }

  async #completed(name: string): Promise<void> {
    const container = this.base.container(name);
    for (let tries = 0; tries < JOB_TRIES; tries++) {
      if ((await container.ended()) === 0) return;
      this.base.settings.signal.throwIfAborted();
      await delay(500);
    }
    throw new AppError('transient', 'service.not_ready', `${name} failed ${JOB_TRIES} times: see its log`);
  }

  #becomesHealthy(name: string): Promise<void> {
    let healthy = this.#healthy.get(name);
    if (!healthy) {
      healthy = this.#waitHealthy(name).then(() => this.note(`${name} is healthy`));
      this.#healthy.set(name, healthy);
    }
    return healthy;
  }

  async #waitHealthy(name: string): Promise<void> {
    const container = this.base.container(name);
    await this.base.waitUntil(`${name} is healthy`, () => this.isHealthy(container), HEALTHY_MS, 500);
  }

  async #startApp(container: Container): Promise<void> {
    container.start();
    await this.base.waitUntil(`${container.name} is live`, () => this.isHealthy(container), HEALTHY_MS, 300);
    this.note(`${container.name} is live`);
  }

  /** Whether its health check succeeds, or it runs where there is none. Services of ours are asked without a program. */
  async isHealthy(container: Container): Promise<boolean> {
    if (container.spec.directory === APP) return this.#lives(container);
    const [kind, ...words] = this.#service(container.name).healthcheck?.test ?? [];
    if (kind === undefined) return container.pid !== null;
    await container.exec(kind === 'CMD-SHELL' ? ['sh', '-c', ...words] : words).catch((error: Error) => {
      throw new Error(error.message.split('\n').slice(0, 2).join(': '));
    });
    return true;
  }

  async #lives({ name }: Container): Promise<boolean> {
    const url = `http://${this.base.network.address(name)}:${LIVE_PORT}/health/live`;
    return (await fetch(url, { signal: AbortSignal.timeout(LIVE_MS) })).ok;
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running++;
    try {
      await work();
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }

  #service(name: string): PlannedService {
    return this.base.services.find((service) => service.name === name)!;
  }
}
