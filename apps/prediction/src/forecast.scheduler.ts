import type { EventOf } from '@btcforecast/contracts';
import { EventBus, LOGGER, type Logger, type Subscription } from '@btcforecast/platform';
import { FeedSettings, RegionForecasting } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InstrumentForecasts } from './instrument-forecasts.js';
import { PredictionMetrics } from './metrics.js';

/** Events say at once what these find a little later. */
const RECENT_EVERY_MS = 5_000;
const ALL_EVERY_MS = 15_000;
/** Someone waits for the very first forecast. */
const FIRST_EVERY_MS = 1_000;

/** Has forecasts issued when a candle closes, at start, at each reconnect and every few seconds. */
@Injectable()
export class ForecastScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #stop = new AbortController();
  readonly #served: readonly InstrumentForecasts[];

  constructor(
    forecasting: RegionForecasting,
    metrics: PredictionMetrics,
    private readonly events: EventBus,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) logger: Logger,
  ) {
    const { feed, instruments } = settings;
    this.#served = instruments.map((instrument) => {
      const scope = { feed, instrument, signal: this.#stop.signal };
      return new InstrumentForecasts(scope, forecasting, metrics, logger.child({ instrument }));
    });
  }

  onApplicationBootstrap(): void {
    this.#subscriptions.push(
      this.events.subscribe('candle.closed', (event) => this.#onCandle(event)),
      this.events.subscribe('gap.closed', () => this.#lookAtAll('all')),
      this.events.onConnect(() => this.#lookAtAll('all')),
    );
    this.#timers.push(
      setInterval(() => void this.#lookAtAll('recent'), RECENT_EVERY_MS),
      setInterval(() => void this.#lookAtAll('all'), ALL_EVERY_MS),
      setInterval(() => void this.#lookForFirst(), FIRST_EVERY_MS),
    );
    void this.#lookAtAll('all');
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#stop.abort();
    await Promise.all(this.#served.map((forecasts) => forecasts.stop()));
  }

  #onCandle({ feed, instrument, interval }: EventOf<'candle.closed'>): Promise<void> | undefined {
    if (feed !== this.settings.feed || interval !== '1h') return undefined;
    return this.#served.find((forecasts) => forecasts.instrument === instrument)?.look('recent');
  }

  async #lookAtAll(reach: 'recent' | 'all'): Promise<void> {
    await Promise.all(this.#served.map((forecasts) => forecasts.look(reach)));
  }

  async #lookForFirst(): Promise<void> {
    const without = this.#served.filter(({ started }) => !started);
    await Promise.all(without.map((forecasts) => forecasts.look('all')));
  }
}
