import type { EventName } from '@btcforecast/contracts';
import {
  AlertJudge,
  DeliveryDispatcher,
  DeliveryHousekeeping,
  EventCollector,
} from '@btcforecast/notifications';
import { EventBus, LOGGER, type Logger, SerialRunner, type Subscription } from '@btcforecast/platform';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

/** Also when nobody said that anything happened, and for attempts of which the job was lost. */
const SWEEP_EVERY_MS = 15_000;
const TIDY_EVERY_MS = 3_600_000;
/** What happens comes in groups: one look finds all of it. */
const GATHER_MS = 250;
const REASONS_TO_LOOK: readonly EventName[] = [
  'candle.closed',
  'forecast.issued',
  'forecast.matured',
  'gap.opened',
  'gap.closed',
  'drift.raised',
  'model.promoted',
  'backtest.changed',
];

/** Has rules judged, events told and deliveries made, soon after there is something; the database says what. */
@Injectable()
export class NotificationsSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #looker = new SerialRunner(() => this.#look());
  readonly #dispatcher = new SerialRunner(() => this.#dispatch());
  readonly #tidier = new SerialRunner(() => this.#tidy());
  #timers: NodeJS.Timeout[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly alerts: AlertJudge,
    private readonly collector: EventCollector,
    private readonly deliveries: DeliveryDispatcher,
    private readonly housekeeping: DeliveryHousekeeping,
    private readonly events: EventBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions = [
      ...REASONS_TO_LOOK.map((name) => this.events.subscribe(name, () => this.#gather())),
      this.events.subscribe('webhooks.queued', () => void this.#dispatcher.trigger()),
      this.events.onConnect(() => this.#gather()),
    ];
    this.#timers = [
      setInterval(() => void this.#looker.trigger(), SWEEP_EVERY_MS),
      setInterval(() => void this.#tidier.trigger(), TIDY_EVERY_MS),
    ];
    void this.#looker.trigger();
    void this.#tidier.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.all([this.#looker.stop(), this.#dispatcher.stop(), this.#tidier.stop()]);
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.#looker.trigger();
    }, GATHER_MS);
  }

  async #look(): Promise<void> {
    await quietly(this.logger, 'alerts not judged; it is tried again', () => this.alerts.judge());
    await quietly(this.logger, 'events not collected; it is tried again', async () => {
      const { more } = await this.collector.collect();
      if (more) this.#gather();
    });
    await this.#dispatcher.trigger();
  }

  #dispatch(): Promise<void> {
    return quietly(this.logger, 'deliveries not handed out; it is tried again', () =>
      this.deliveries.dispatch(),
    );
  }

  #tidy(): Promise<void> {
    return quietly(this.logger, 'old deliveries not tidied up; it is tried again', () =>
      this.housekeeping.tidy(),
    );
  }
}
