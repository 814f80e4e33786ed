import { horizonOfHours } from '@btcforecast/contracts';
import { Metrics } from '@btcforecast/platform';
import { FeedSettings, type IssueReport } from '@btcforecast/prediction';
import { Injectable } from '@nestjs/common';
import { RecordReads } from './record-reads.js';

/** The metrics of prediction. Instants and ages are event time. */
@Injectable()
export class PredictionMetrics {
  readonly #issued;
  readonly #sorted;
  readonly #unanswered;
  readonly #challengerUnanswered;
  readonly #windowSeconds;
  readonly #inferenceSeconds;
  readonly #issueSeconds;

  constructor(
    metrics: Metrics,
    private readonly reads: RecordReads,
    private readonly settings: FeedSettings,
  ) {
    this.#issued = metrics.counter(
      'forecast_issued_total',
      'Forecasts issued; outcome variant: another counts for that origin, shadow: of a challenger, known: the very same was there, journaled: kept until the primary is back',
      ['horizon', 'timeliness', 'outcome'],
    );
    this.#sorted = metrics.counter(
      'forecast_quantiles_sorted_total',
      'Forecasts whose quantiles had crossed',
    );
    this.#unanswered = metrics.counter(
      'forecast_origins_unanswered_total',
      'Origins that could not be answered, repetitions left out',
    );
    this.#challengerUnanswered = metrics.counter(
      'forecast_challenger_failures_total',
      'Origins that the champion answered and the challenger could not',
    );
    this.#windowSeconds = metrics.histogram('forecast_window_query_seconds', 'Reading the window of a batch');
    this.#inferenceSeconds = metrics.histogram('forecast_inference_seconds', 'One ONNX run of a batch');
    this.#issueSeconds = metrics.histogram('forecast_issue_seconds', 'Issuing a batch, storing included');
    metrics.gauge(
      'forecast_newest_age_seconds',
      'Event time since the newest origin',
      ['instrument'],
      async (gauge) => {
        for (const instrument of this.settings.instruments) {
          gauge.set({ instrument }, await this.#newestAgeSeconds(instrument));
        }
      },
    );
  }

  observe(report: IssueReport, newFailures: number): void {
    for (const { horizonHours, timeliness, outcome, sorted } of report.issued) {
      this.#issued.inc({ horizon: horizonOfHours(horizonHours), timeliness, outcome });
      if (sorted) this.#sorted.inc();
    }
    this.#unanswered.inc(newFailures);
    for (const { origins } of report.challengerFailures) this.#challengerUnanswered.inc(origins.length);
    this.#windowSeconds.observe(report.windowSeconds);
    this.#inferenceSeconds.observe(report.inferenceSeconds);
    this.#issueSeconds.observe(report.totalSeconds);
  }

  /** NaN, Prometheus' way to say that there is no value, while there is no forecast or no event time. */
  async #newestAgeSeconds(instrument: string): Promise<number> {
    try {
      const age = await this.reads.newest.read((from) => from.ageSeconds(instrument), { newest: true });
      return age ?? Number.NaN;
    } catch {
      return Number.NaN; // a scrape must not fail because the database is away: that shows elsewhere
    }
  }
}
