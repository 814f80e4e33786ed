import { LOGGER, type Logger, SerialRunner } from '@btcforecast/platform';
import { BacktestQueue } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';

const EVERY_MS = 60_000;

/** Looks after backtests that nobody works on any more: at the start, and once a minute. */
@Injectable()
export class BacktestSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#recover());
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queue: BacktestQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#runner.trigger(), EVERY_MS);
    void this.#runner.trigger();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#runner.stop();
  }

  async #recover(): Promise<void> {
    await quietly(this.logger, 'backtests not looked after', async () => {
      const { added, given } = await this.queue.recover();
      if (added + given > 0) this.logger.warn({ added, given }, 'backtests without a job');
    });
  }
}
