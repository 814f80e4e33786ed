import { DEFAULT_INSTRUMENT, type EventOf } from '@btcforecast/contracts';
import { EventBus, isAppError, LOGGER, type Logger, type Subscription } from '@btcforecast/platform';
import { FeedSettings, ForecastCatchUp, SerialRunner, type CatchUpReport } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PredictionMetrics } from './metrics.js';

/** Events say at once what these find a little later. */
const RECENT_EVERY_MS = 5_000;
const ALL_EVERY_MS = 15_000;
/** Someone waits for the very first forecast. */
const FIRST_EVERY_MS = 1_000;

/** Has forecasts issued when a candle closes, at start, at each reconnect and every few seconds. */
@Injectable()
export class ForecastScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#run());
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #stop = new AbortController();
  #reach: 'recent' | 'all' = 'all';
  #started = false;
  /** What is the matter now; logged when it changes, not every few seconds. */
  #problem = '';

  constructor(
    private readonly catchUp: ForecastCatchUp,
    private readonly events: EventBus,
    private readonly metrics: PredictionMetrics,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions.push(
      this.events.subscribe('candle.closed', (event) => this.#onCandle(event)),
      this.events.subscribe('gap.closed', () => this.#look('all')),
      this.events.onConnect(() => this.#look('all')),
    );
    this.#timers.push(
      setInterval(() => void this.#look('recent'), RECENT_EVERY_MS),
      setInterval(() => void this.#look('all'), ALL_EVERY_MS),
      setInterval(() => {
        if (!this.#started) void this.#look('all');
      }, FIRST_EVERY_MS),
    );
    void this.#look('all');
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#stop.abort();
    await this.#runner.stop();
  }

  #onCandle({ feed, interval }: EventOf<'candle.closed'>): Promise<void> | undefined {
    return feed === this.settings.feed && interval === '1h' ? this.#look('recent') : undefined;
  }

  #look(reach: 'recent' | 'all'): Promise<void> {
    if (reach === 'all') this.#reach = 'all';
    return this.#runner.trigger();
  }

  async #run(): Promise<void> {
    const scope = {
      feed: this.settings.feed,
      instrument: DEFAULT_INSTRUMENT,
      reach: this.#reach,
      signal: this.#stop.signal,
    };
    this.#reach = 'recent';
    try {
      this.#started = await this.catchUp.run(scope, (report) => this.#observe(report));
      if (this.#problem) this.logger.info('forecasting goes on');
      this.#problem = '';
    } catch (error) {
      this.#reach = 'all';
      this.#report(error);
    }
  }

  #observe(report: CatchUpReport): void {
    const { issued, newFailures } = report;
    this.metrics.observe(report, newFailures.length);
    for (const { origin, reason } of newFailures) {
      this.logger.warn({ origin: new Date(origin).toISOString(), reason }, 'origin cannot be answered yet');
    }
    const last = issued.at(-1);
    if (!last) return;
    const { timeliness } = last;
    this.logger.info(
      { forecasts: issued.length, newestOrigin: new Date(last.origin).toISOString(), timeliness },
      'forecasts issued',
    );
  }

  #report(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (isAppError(error) && error.kind === 'transient') {
      this.logger.warn({ code: error.code, reason: problem }, 'forecasting waits');
    } else {
      this.logger.error({ err: error }, 'forecasting failed');
    }
  }
}
