import {
  Clock,
  EventBus,
  JobQueues,
  LOGGER,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

const SWEEP_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 10 * 60_000;
/** Moves of one rollout come together. */
const GATHER_MS = 1_000;

/** Has the system's own moves of models entered into the audit log soon, and replies deleted that are past their time. */
@Injectable()
export class AccessUpkeepSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper = new SerialRunner(() => this.#sweep());
  readonly #moved = new SerialRunner(() => this.#audit('move', GATHER_MS));
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions = [
      this.events.subscribe('model.promoted', () => this.#moved.trigger()),
      this.events.onConnect(() => this.#moved.trigger()),
    ];
    this.#timer = setInterval(() => void this.#sweeper.trigger(), SWEEP_EVERY_MS);
    void this.#sweeper.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.all([this.#sweeper.stop(), this.#moved.stop()]);
  }

  async #sweep(): Promise<void> {
    await this.#audit('sweep', SWEEP_EVERY_MS);
    await this.#quietly(() =>
      this.jobs.upsertSchedule(
        'maintenance',
        'prune_idempotency_keys',
        PRUNE_EVERY_MS,
        'prune_idempotency_keys',
        {},
      ),
    );
  }

  /** The job id lets one of several workers through; a request that is lost is made up for by the next sweep. */
  async #audit(occasion: string, everyMs: number): Promise<void> {
    const jobId = `audit_model_moves-${occasion}-${Math.floor(this.clock.now() / everyMs)}`;
    await this.#quietly(() => this.jobs.add('maintenance', 'audit_model_moves', {}, { jobId }));
  }

  #quietly(work: () => Promise<unknown>): Promise<void> {
    return quietly(this.logger, 'upkeep of the audit log could not be asked for; it is tried again', work);
  }
}
