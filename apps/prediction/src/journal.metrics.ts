import { Clock, HealthRegistry, LOGGER, type Logger, Metrics } from '@btcforecast/platform';
import type {
  ForecastJournal,
  JournaledForecasts,
  JournalWatch,
  StoreOutcome,
} from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';

const REPLAYED: readonly StoreOutcome[] = ['canonical', 'variant', 'shadow', 'known'];

/** Shows, counts and logs what happens to forecasts while the primary is away. Ages are wall time. */
@Injectable()
export class JournalMetrics implements JournalWatch {
  readonly #replayed;
  readonly #refused;
  readonly #setAside;
  #journal: ForecastJournal | undefined;
  #isAway = false;

  constructor(
    metrics: Metrics,
    health: HealthRegistry,
    clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#replayed = metrics.counter(
      'forecast_journal_replayed_total',
      'Forecasts brought from the journal to the primary; outcome known: the very same was there, variant: another counts',
      ['outcome'],
    );
    for (const outcome of REPLAYED) this.#replayed.inc({ outcome }, 0);
    this.#refused = metrics.counter(
      'forecast_journal_refused_total',
      'Times that the journal could not keep the forecasts of an origin: it is full, or its disk is',
    );
    this.#setAside = metrics.counter(
      'forecast_journal_set_aside_total',
      'Forecasts that the database will never take, kept in a file beside the journal',
    );
    metrics.gauge('forecast_journal_forecasts', 'Forecasts that wait for the primary', [], (gauge) =>
      gauge.set(this.#journal?.state.forecasts ?? 0),
    );
    metrics.gauge(
      'forecast_journal_oldest_age_seconds',
      'Since the oldest forecast was written that waits for the primary; 0: none does',
      [],
      (gauge) => {
        const oldestAt = this.#journal?.state.oldestAt ?? null;
        gauge.set(oldestAt === null ? 0 : (clock.now() - oldestAt) / 1_000);
      },
    );
    health.addNotes(() => this.#notes());
  }

  show(journal: ForecastJournal): void {
    this.#journal = journal;
  }

  turned(isAway: boolean): void {
    this.#isAway = isAway;
    if (isAway)
      this.logger.warn('primary away: forecasts are made of what the region has, and kept in the journal');
    else
      this.logger.info(
        { waiting: this.#journal?.state.forecasts },
        'primary back: the journal is brought to it',
      );
  }

  replayed(outcomes: readonly StoreOutcome[]): void {
    for (const outcome of outcomes) this.#replayed.inc({ outcome });
  }

  refused(): void {
    this.#refused.inc();
  }

  setAside({ forecasts }: JournaledForecasts, error: Error): void {
    this.#setAside.inc(forecasts.length);
    const ids = forecasts.map(({ id }) => id);
    this.logger.error(
      { err: error, ids },
      'forecasts that the database will never take: kept beside the journal',
    );
  }

  #notes(): string[] {
    const waiting = this.#journal?.state.forecasts ?? 0;
    return [
      ...(this.#isAway ? ['the primary is away: forecasts are made of what the region has'] : []),
      ...(waiting > 0 ? [`${waiting} forecasts wait in the journal for the primary`] : []),
    ];
  }
}
