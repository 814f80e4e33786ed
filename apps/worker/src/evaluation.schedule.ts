import { MarketClockReader } from '@btcforecast/candle-reader';
import { INTERVAL_MS } from '@btcforecast/contracts';
import {
  EventBus,
  JobQueues,
  LOGGER,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import { FeedSettings, RolloutRepository } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

const LOOK_EVERY_MS = INTERVAL_MS['1h'];

/**
 * Asks for the walk-forward of versions that have none: when one is registered, and every hour in case nobody said so.
 * The job id lets one of several workers through; a walk-forward that failed is asked for again the next day.
 */
@Injectable()
export class EvaluationSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#askForAll());
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly rollout: RolloutRepository,
    private readonly marketClock: MarketClockReader,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions = [
      this.events.subscribe('model.registered', () => this.#runner.trigger()),
      this.events.onConnect(() => this.#runner.trigger()),
    ];
    this.#timer = setInterval(() => void this.#runner.trigger(), LOOK_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#runner.stop();
  }

  async #ask(instrument: string): Promise<void> {
    const { feed } = this.settings;
    const unevaluated = await this.rollout.listUnevaluated({ feed, instrument });
    if (unevaluated.length === 0) return;
    const until = await this.marketClock.now(feed, instrument);
    const day = Math.floor(until / INTERVAL_MS['1d']);
    for (const { name, version } of unevaluated) {
      const jobId = `evaluate_candidate-${feed}-${instrument}-${name}-${version}-${day}`;
      const payload = { feed, instrument, name, version, until };
      await this.jobs.add('model_training', 'evaluate_candidate', payload, { jobId });
    }
  }

  async #askForAll(): Promise<void> {
    for (const instrument of this.settings.instruments) {
      await quietly(this.logger, 'a walk-forward could not be asked for; it is tried again', () =>
        this.#ask(instrument),
      );
    }
  }
}
