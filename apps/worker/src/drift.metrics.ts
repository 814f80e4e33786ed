import { horizonOfHours } from '@btcforecast/contracts';
import { Metrics } from '@btcforecast/platform';
import type { DriftFinding } from '@btcforecast/prediction';
import { Injectable } from '@nestjs/common';

const LABELS = ['instrument', 'test', 'subject'] as const;
type Labels = Record<(typeof LABELS)[number], string>;

/** What the tests of drift said when this process last asked them. */
@Injectable()
export class DriftMetrics {
  readonly #evidence;
  readonly #raised;
  /** By instrument. */
  readonly #shown = new Map<string, readonly Labels[]>();

  constructor(metrics: Metrics) {
    this.#evidence = metrics.gauge(
      'forecast_drift_log10_e',
      'Evidence of drift, log10, no value for a week after it was raised; subject: a horizon or a feature',
      LABELS,
    );
    this.#raised = metrics.gauge(
      'forecast_drift_raised',
      '1 while drift was raised within the last week of event time',
      LABELS,
    );
  }

  /** Shows the findings of the model that answers now in place of those shown before. */
  show(instrument: string, findings: readonly DriftFinding[]): void {
    for (const labels of this.#shown.get(instrument) ?? []) {
      this.#evidence.remove(labels);
      this.#raised.remove(labels);
    }
    const shown = findings.map(({ test, feature, horizonHours, evidence, since }) => {
      const labels = { instrument, test, subject: feature ?? horizonOfHours(horizonHours ?? 1) };
      this.#evidence.set(labels, evidence.n === 0 ? Number.NaN : evidence.statistic);
      this.#raised.set(labels, since === null ? 0 : 1);
      return labels;
    });
    this.#shown.set(instrument, shown);
  }
}
