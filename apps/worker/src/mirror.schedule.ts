import type { EventOf } from '@btcforecast/contracts';
import {
  Clock,
  ENV,
  EventBus,
  JobQueues,
  LOGGER,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import { ModelVersionRepository } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';
import type { WorkerEnv } from './worker.env.js';

const SWEEP_EVERY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Has every version copied to the MLflow server of the configuration whenever something new is on record about it: at
 * once when an event says so, else with the next sweep. Once a day also without anything new, in case the server lost
 * something.
 */
@Injectable()
export class MirrorSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper = new SerialRunner(() => this.#sweep());
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly versions: ModelVersionRepository,
    private readonly clock: Clock,
    @Inject(ENV) private readonly env: Pick<WorkerEnv, 'MLFLOW_TRACKING_URI'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.env.MLFLOW_TRACKING_URI) return;
    const look = (_event: EventOf<'model.registered'> | EventOf<'model.promoted'>) => this.#sweeper.trigger();
    this.#subscriptions = [
      this.events.subscribe('model.registered', look),
      this.events.subscribe('model.promoted', look),
      this.events.onConnect(() => this.#sweeper.trigger()),
    ];
    this.#timer = setInterval(() => void this.#sweeper.trigger(), SWEEP_EVERY_MS);
    void this.#sweeper.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#sweeper.stop();
  }

  /** The job id says how far the record goes: while that job is kept, only what is new is copied. */
  async #sweep(): Promise<void> {
    const day = Math.floor(this.clock.now() / DAY_MS);
    await quietly(this.logger, 'copies for MLflow could not be asked for; it is tried again', async () => {
      for (const { name, version, evaluation, move } of await this.versions.listStamps()) {
        const jobId = `mirror_model-${name}-${version}-${evaluation}-${move}-${day}`;
        await this.jobs.add('maintenance', 'mirror_model', { name, version }, { jobId });
      }
    });
  }
}
