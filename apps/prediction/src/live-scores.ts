import { BASELINES, DEFAULT_INSTRUMENT, HORIZONS, type Horizon } from '@btcforecast/contracts';
import { LOGGER, type Logger } from '@btcforecast/platform';
import { PerformanceService, SerialRunner } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PredictionMetrics } from './metrics.js';

const EVERY_MS = 60_000;

/** Keeps the gauges of live scores fresh: once a minute, not at each scrape. */
@Injectable()
export class LiveScores implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#refresh());
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly performances: PerformanceService,
    private readonly metrics: PredictionMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#runner.trigger(), EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#runner.stop();
  }

  async #refresh(): Promise<void> {
    try {
      for (const horizon of HORIZONS) await this.#refreshHorizon(horizon);
    } catch (error) {
      this.logger.warn({ err: error }, 'live scores not refreshed');
    }
  }

  async #refreshHorizon(horizon: Horizon): Promise<void> {
    const { performances, metrics } = this;
    const { pinball, coverage, baselines } = await performances.performance(
      DEFAULT_INSTRUMENT,
      horizon,
      '30d',
    );
    if (pinball === null) return;
    metrics.pinball.set({ horizon, model: 'champion' }, pinball);
    for (const name of BASELINES) {
      metrics.pinball.set({ horizon, model: name }, baselines[name].pinball ?? Number.NaN);
    }
    for (const [interval, share] of Object.entries(coverage)) {
      metrics.coverage.set({ horizon, interval }, share ?? Number.NaN);
    }
  }
}
