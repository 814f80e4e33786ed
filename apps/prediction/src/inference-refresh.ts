import { EventBus, LOGGER, type Logger, SerialRunner, type Subscription } from '@btcforecast/platform';
import { ServedModels } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';

/** The events say at once what this finds a little later. */
const EVERY_MS = 15_000;

/** Has those versions in memory that inference may ask, whichever instance was told to load them. */
@Injectable()
export class InferenceRefresh implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#refresh());
  readonly #subscriptions: Subscription[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly served: ServedModels,
    private readonly events: EventBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const trigger = () => this.#runner.trigger();
    this.#subscriptions.push(
      this.events.subscribe('model.promoted', trigger),
      this.events.subscribe('model.loads_changed', trigger),
      this.events.onConnect(trigger),
    );
    this.#timer = setInterval(() => void trigger(), EVERY_MS);
    void trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#runner.stop();
    await this.served.close();
  }

  async #refresh(): Promise<void> {
    try {
      await this.served.refresh();
    } catch (error) {
      this.logger.warn({ err: error }, 'models for inference not refreshed; tried again by itself');
    }
  }
}
