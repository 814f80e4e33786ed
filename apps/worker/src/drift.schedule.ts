import { MarketClockReader } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type EventOf } from '@btcforecast/contracts';
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

const SWEEP_EVERY_MS = 300_000;
/** In a replay at high speed hours pass in moments: one look stands for all of so long, wall time. */
const AT_MOST_EVERY_MS = 15_000;

/**
 * Asks for a look at drift once for every hour of event time in which something matured, and every five minutes in case
 * nobody said so. A look sees all that came before it, so that a missed one loses nothing. The job id lets one of
 * several workers through.
 */
@Injectable()
export class DriftSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #asker = new SerialRunner(() => this.#askForAll());
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];
  #lastAskedAt = -Infinity;

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly marketClock: MarketClockReader,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions = [
      this.events.subscribe('forecast.matured', (event) => this.#onMatured(event)),
      this.events.onConnect(() => this.#asker.trigger()),
    ];
    this.#timer = setInterval(() => void this.#asker.trigger(), SWEEP_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#asker.stop();
  }

  #onMatured({ feed }: EventOf<'forecast.matured'>): Promise<void> | undefined {
    if (feed !== this.settings.feed || this.clock.now() - this.#lastAskedAt < AT_MOST_EVERY_MS)
      return undefined;
    return this.#asker.trigger();
  }

  async #askForAll(): Promise<void> {
    this.#lastAskedAt = this.clock.now();
    for (const instrument of this.settings.instruments) await this.#ask(instrument);
  }

  async #ask(instrument: string): Promise<void> {
    const { feed } = this.settings;
    await quietly(this.logger, 'a look at drift could not be asked for; it is tried again', async () => {
      const hour = Math.floor((await this.marketClock.now(feed, instrument)) / INTERVAL_MS['1h']);
      const jobId = `watch_drift-${feed}-${instrument}-${hour}`;
      await this.jobs.add('analytics', 'watch_drift', { feed, instrument }, { jobId });
    });
  }
}
