import { Metrics } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';

const BY_HORIZON = ['horizon', 'instrument'] as const;

/** How good the forecasts of the last 30 days of event time were; kept fresh by LiveScores. */
@Injectable()
export class LiveScoreMetrics {
  readonly pinball;
  readonly coverage;
  readonly scored;
  readonly direction;
  readonly grade;

  constructor(metrics: Metrics) {
    this.pinball = metrics.gauge(
      'forecast_live_pinball',
      'Mean pinball loss of the log return over 30 days, times 10,000',
      ['horizon', 'model', 'instrument'],
    );
    this.coverage = metrics.gauge(
      'forecast_live_coverage_ratio',
      'Share of outcomes inside the central interval over 30 days',
      ['horizon', 'interval', 'instrument'],
    );
    this.scored = metrics.gauge(
      'forecast_live_scored',
      'Matured forecasts of 30 days behind the live scores',
      BY_HORIZON,
    );
    this.direction = metrics.gauge(
      'forecast_live_direction_ratio',
      'Share of right directions over 30 days; about one half is what to expect',
      BY_HORIZON,
    );
    this.grade = metrics.gauge('forecast_grade', '1 for the grade that holds, else 0', [
      'horizon',
      'grade',
      'instrument',
    ]);
  }
}
