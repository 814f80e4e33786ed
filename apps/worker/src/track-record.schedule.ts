import {
  Clock,
  EventBus,
  JobQueues,
  LOGGER,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

/** Also when nobody said that anything arrived, and so that hours are signed soon after they end. */
const SWEEP_EVERY_MS = 15_000;
/** Forecasts and outcomes come in groups: one job enters all that arrived within this. */
const GATHER_MS = 1_000;

/** Has forecasts and outcomes entered into the track record within a second or two of their arrival. */
@Injectable()
export class TrackRecordSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper = new SerialRunner(() => this.#ask('sweep', SWEEP_EVERY_MS));
  readonly #arrivals = new SerialRunner(() => this.#ask('arrival', GATHER_MS));
  #sweep: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions = [
      this.events.subscribe('forecast.issued', () => this.#gather()),
      this.events.subscribe('forecast.matured', () => this.#gather()),
      this.events.onConnect(() => this.#gather()),
    ];
    this.#sweep = setInterval(() => void this.#sweeper.trigger(), SWEEP_EVERY_MS);
    void this.#sweeper.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#sweep);
    clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.all([this.#sweeper.stop(), this.#arrivals.stop()]);
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.#arrivals.trigger();
    }, GATHER_MS);
  }

  /** The job id lets one of several workers through; a request that is lost is made up for by the next sweep. */
  async #ask(occasion: string, everyMs: number): Promise<void> {
    const jobId = `extend_track_record-${occasion}-${Math.floor(this.clock.now() / everyMs)}`;
    await quietly(this.logger, 'the track record could not be asked for; it is tried again', () =>
      this.jobs.add('maintenance', 'extend_track_record', {}, { jobId }),
    );
  }
}
