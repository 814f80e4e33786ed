import { BASELINES, GRADES, HORIZON_HOURS, HORIZONS, type Horizon } from '@btcforecast/contracts';
import { LOGGER, type Logger, SerialRunner } from '@btcforecast/platform';
import { FeedSettings, PerformanceService, StandingService } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LiveScoreMetrics } from './live-score.metrics.js';

const EVERY_MS = 60_000;

/** Keeps the gauges of live scores fresh: once a minute, not at each scrape. */
@Injectable()
export class LiveScores implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runner = new SerialRunner(() => this.#refresh());
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly performances: PerformanceService,
    private readonly standings: StandingService,
    private readonly metrics: LiveScoreMetrics,
    private readonly settings: FeedSettings,
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
      for (const instrument of this.settings.instruments) {
        for (const horizon of HORIZONS) {
          await this.#refreshGrade(instrument, horizon);
          await this.#refreshHorizon(instrument, horizon);
        }
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'live scores not refreshed');
    }
  }

  async #refreshGrade(instrument: string, horizon: Horizon): Promise<void> {
    const standing = await this.standings.standing(instrument, HORIZON_HOURS[horizon]);
    for (const grade of GRADES) {
      this.metrics.grade.set({ horizon, grade, instrument }, standing.grade === grade ? 1 : 0);
    }
  }

  async #refreshHorizon(instrument: string, horizon: Horizon): Promise<void> {
    const { performances, metrics } = this;
    const performance = await performances.performance(instrument, horizon, '30d');
    const { n, pinball, coverage, direction, baselines } = performance;
    metrics.scored.set({ horizon, instrument }, n);
    if (pinball === null) return;
    metrics.pinball.set({ horizon, model: 'champion', instrument }, pinball);
    metrics.direction.set({ horizon, instrument }, direction.hitRate ?? Number.NaN);
    for (const name of BASELINES) {
      metrics.pinball.set({ horizon, model: name, instrument }, baselines[name].pinball ?? Number.NaN);
    }
    for (const [interval, share] of Object.entries(coverage)) {
      metrics.coverage.set({ horizon, interval, instrument }, share ?? Number.NaN);
    }
  }
}
