import { EventBus, LOGGER, type Logger, SerialRunner, type Subscription } from '@btcforecast/platform';
import { FeedSettings, ModelStore } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';

/** The event says at once what this finds a little later. */
const EVERY_MS = 15_000;

/** Loads what was promoted before it has to answer, and lets go of what no longer does. */
@Injectable()
export class ModelRefresh implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#refresh());
  readonly #subscriptions: Subscription[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly models: ModelStore,
    private readonly events: EventBus,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions.push(
      this.events.subscribe('model.promoted', ({ feed }) =>
        feed === this.settings.feed ? this.#runner.trigger() : undefined,
      ),
      this.events.onConnect(() => this.#runner.trigger()),
    );
    this.#timer = setInterval(() => void this.#runner.trigger(), EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#runner.stop();
  }

  async #refresh(): Promise<void> {
    try {
      await this.models.refresh();
    } catch (error) {
      this.logger.warn({ err: error }, 'models not refreshed; tried again by itself');
    }
  }
}
