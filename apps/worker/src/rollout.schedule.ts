import type { EventOf } from '@btcforecast/contracts';
import {
  Clock,
  EventBus,
  JobQueues,
  LOGGER,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import { FeedSettings } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

const JUDGE_EVERY_MS = 3_600_000;
/** In a replay at high speed forecasts mature every second: one judgement stands for all of so long, wall time. */
const JUDGE_AT_MOST_EVERY_MS = 5_000;

/**
 * Asks for the next step of a rollout when forecasts have matured, and every hour in case nobody said so. The job id
 * lets one of several workers through.
 */
@Injectable()
export class RolloutSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #judge = new SerialRunner(() => this.#askForAll());
  #timer: NodeJS.Timeout | undefined;
  #subscription: Subscription | undefined;

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscription = this.events.subscribe('forecast.matured', (event) => this.#onMatured(event));
    this.#timer = setInterval(() => void this.#judge.trigger(), JUDGE_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#subscription?.unsubscribe();
    await this.#judge.stop();
  }

  #onMatured({ feed }: EventOf<'forecast.matured'>): Promise<void> | undefined {
    return feed === this.settings.feed ? this.#judge.trigger() : undefined;
  }

  async #askForAll(): Promise<void> {
    for (const instrument of this.settings.instruments) await this.#ask(instrument);
  }

  async #ask(instrument: string): Promise<void> {
    const { feed } = this.settings;
    const occasion = Math.floor(this.clock.now() / JUDGE_AT_MOST_EVERY_MS);
    const jobId = `judge_rollout-${feed}-${instrument}-${occasion}`;
    await quietly(this.logger, 'judgement of a rollout could not be asked for; it is tried again', () =>
      this.jobs.add('analytics', 'judge_rollout', { feed, instrument }, { jobId }),
    );
  }
}
