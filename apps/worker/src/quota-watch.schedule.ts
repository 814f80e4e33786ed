import { DeliveryDispatcher, QuotaWatch } from '@btcforecast/notifications';
import { LOGGER, type Logger, SerialRunner } from '@btcforecast/platform';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

/** Gateways write usage down every ten seconds. */
const EVERY_MS = 15_000;

/** Has tenants warned of the end of their quota. */
@Injectable()
export class QuotaWatchSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #watcher = new SerialRunner(() => this.#watch());
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly watch: QuotaWatch,
    private readonly deliveries: DeliveryDispatcher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#watcher.trigger(), EVERY_MS);
    void this.#watcher.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#watcher.stop();
  }

  #watch(): Promise<void> {
    return quietly(this.logger, 'quotas not watched; it is tried again', async () => {
      if ((await this.watch.warn()) > 0) await this.deliveries.dispatch();
    });
  }
}
