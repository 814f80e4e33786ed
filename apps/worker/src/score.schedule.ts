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
import { FeedSettings, VOID_AFTER_MS } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

const SWEEP_EVERY_MS = 15_000;
/** What is older is void or was scored by a sweep: a candle need not look at years of scores. */
const RECENT_MS = VOID_AFTER_MS + 24 * INTERVAL_MS['1h'];

/**
 * Asks for scoring when a candle closes, and every 15 seconds in case nobody said so. `until` is event time, which a
 * repeated job cannot carry, so the sweep adds a job of its own each time; the job id lets one of several
 * workers through.
 */
@Injectable()
export class ScoreSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper = new SerialRunner(() => this.#quietly(() => this.#sweep()));
  /** Of a burst of candles, as while history is loaded, the newest stands for all. */
  readonly #asker = new SerialRunner(() => this.#quietly(() => this.#askForNewest()));
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];
  /** By instrument. */
  readonly #newestClose = new Map<string, number>();

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
      this.events.subscribe('candle.closed', (event) => this.#onCandle(event)),
      this.events.onConnect(() => this.#sweeper.trigger()),
    ];
    this.#timer = setInterval(() => void this.#sweeper.trigger(), SWEEP_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.all([this.#sweeper.stop(), this.#asker.stop()]);
  }

  #onCandle({ feed, instrument, interval, openTime }: EventOf<'candle.closed'>): Promise<void> | undefined {
    if (feed !== this.settings.feed || interval !== '1h') return undefined;
    const newest = this.#newestClose.get(instrument) ?? 0;
    this.#newestClose.set(instrument, Math.max(newest, openTime + INTERVAL_MS['1h']));
    return this.#asker.trigger();
  }

  async #askForNewest(): Promise<void> {
    for (const [instrument, until] of this.#newestClose) {
      await this.#ask(instrument, { until, since: Math.max(0, until - RECENT_MS) }, `candle-${until}`);
    }
  }

  async #sweep(): Promise<void> {
    const occasion = `sweep-${Math.floor(this.clock.now() / SWEEP_EVERY_MS)}`;
    const { feed, instruments } = this.settings;
    for (const instrument of instruments) {
      await this.#quietly(async () => {
        const until = await this.marketClock.now(feed, instrument);
        await this.#ask(instrument, { until }, occasion);
      });
    }
  }

  async #ask(instrument: string, range: { until: number; since?: number }, occasion: string): Promise<void> {
    const { feed } = this.settings;
    const jobId = `score_due-${feed}-${instrument}-${occasion}`;
    await this.jobs.add('analytics', 'score_due', { feed, instrument, ...range }, { jobId });
  }

  #quietly(work: () => Promise<void>): Promise<void> {
    return quietly(this.logger, 'scoring could not be asked for; the next sweep makes up for it', work);
  }
}
