import { isAppError, type Logger, SerialRunner } from '@btcforecast/platform';
import type { CatchUpReport, RegionForecasting } from '@btcforecast/prediction';
import type { PredictionMetrics } from './metrics.js';

export interface InstrumentScope {
  readonly feed: string;
  readonly instrument: string;
  /** Ends the work after the batch in hand. */
  readonly signal: AbortSignal;
}

/** Keeps the forecasts of one instrument complete; one that is behind keeps no other waiting. */
export class InstrumentForecasts {
  readonly #runner = new SerialRunner(() => this.#run());
  #reach: 'recent' | 'all' = 'all';
  #started = false;
  /** What is the matter now; logged when it changes, not every few seconds. */
  #problem = '';

  /** @param logger names the instrument */
  constructor(
    private readonly scope: InstrumentScope,
    private readonly forecasting: RegionForecasting,
    private readonly metrics: PredictionMetrics,
    private readonly logger: Logger,
  ) {}

  get instrument(): string {
    return this.scope.instrument;
  }

  /** Whether it has forecasts. */
  get started(): boolean {
    return this.#started;
  }

  look(reach: 'recent' | 'all'): Promise<void> {
    if (reach === 'all') this.#reach = 'all';
    return this.#runner.trigger();
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  async #run(): Promise<void> {
    const scope = { ...this.scope, reach: this.#reach };
    this.#reach = 'recent';
    try {
      this.#started = await this.forecasting.run(scope, (report) => this.#observe(report));
      if (this.#problem) this.logger.info('forecasting goes on');
      this.#problem = '';
    } catch (error) {
      this.#reach = 'all';
      this.#report(error);
    }
  }

  #observe(report: CatchUpReport): void {
    const { newFailures } = report;
    const issued = report.issued.filter(({ role }) => role === 'champion');
    this.metrics.observe(report, newFailures.length);
    for (const { model, origins, reason } of report.challengerFailures) {
      this.logger.warn({ model, origins: origins.length, reason }, 'challenger has no forecast');
    }
    for (const { origin, reason } of newFailures) {
      this.logger.warn({ origin: new Date(origin).toISOString(), reason }, 'origin cannot be answered yet');
    }
    const last = issued.at(-1);
    if (!last) return;
    const { timeliness, model } = last;
    this.logger.info(
      { forecasts: issued.length, newestOrigin: new Date(last.origin).toISOString(), timeliness, model },
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
