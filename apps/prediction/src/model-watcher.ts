import type { Alias } from '@btcforecast/contracts';
import { LOGGER, Metrics, type Logger } from '@btcforecast/platform';
import { referenceText, type ModelReference, type ModelWatch } from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';

/** Counts and logs what happens to the models in memory. */
@Injectable()
export class ModelWatcher implements ModelWatch {
  readonly #failures;
  readonly #swaps;
  readonly #restarts;
  readonly #holders;
  /** By instrument and alias, so that the gauge of the last holder can go. */
  readonly #held = new Map<string, ModelReference>();

  constructor(
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#failures = metrics.counter(
      'forecast_model_failures_total',
      'Times that a model could not be loaded or failed while it ran',
    );
    this.#swaps = metrics.counter(
      'forecast_model_swaps_total',
      'Times that another model took over as champion',
      ['instrument'],
    );
    this.#restarts = metrics.counter(
      'forecast_isolated_restarts_total',
      'Processes of isolated models that were lost and started anew',
    );
    this.#holders = metrics.gauge(
      'forecast_model_info',
      'Who holds an alias at the newest origin; always 1',
      ['instrument', 'alias', 'model'],
    );
  }

  failed(model: ModelReference, error: Error): void {
    this.#failures.inc();
    const fields = { model: referenceText(model), reason: error.message };
    this.logger.error(fields, 'model cannot answer; whoever answered before it goes on');
  }

  /** A model in a process of its own lost that process, and is given another. */
  restarted(model: ModelReference, reason: string): void {
    this.#restarts.inc();
    this.logger.warn({ model: referenceText(model), reason }, 'isolated model started anew');
  }

  swapped(instrument: string, from: ModelReference, to: ModelReference): void {
    this.#swaps.inc({ instrument });
    this.logger.info({ instrument, from: referenceText(from), to: referenceText(to) }, 'champion swapped');
  }

  assigned(instrument: string, alias: Alias, model: ModelReference | null): void {
    const key = `${instrument} ${alias}`;
    const before = this.#held.get(key);
    if (before) this.#holders.remove({ instrument, alias, model: referenceText(before) });
    this.#held.delete(key);
    if (!model) return;
    this.#held.set(key, model);
    this.#holders.set({ instrument, alias, model: referenceText(model) }, 1);
  }
}
