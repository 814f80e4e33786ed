import type { MarketClockReader } from '@btcforecast/candle-reader';
import { horizonOfHours } from '@btcforecast/contracts';
import { type EventBus, isAppError } from '@btcforecast/platform';
import { QueryFailedError } from 'typeorm';
import type { FeedSettings } from '../feed-settings.js';
import type { ForecastRepository, StoreOutcome } from '../forecasts/forecast.repository.js';
import type { NewForecast } from '../forecasts/new-forecast.js';
import { timelinessOf } from '../forecasts/timeliness.js';
import type { ForecastJournal } from './forecast-journal.js';
import type { JournaledForecasts } from './journal-line.js';

/** Told of what becomes of the journal. */
export interface JournalWatch {
  /** One outcome for each forecast of an entry that is stored now. */
  replayed(outcomes: readonly StoreOutcome[]): void;
  /** The database takes an entry for impossible; it lies aside. */
  setAside(entry: JournaledForecasts, error: Error): void;
  /** The journal could not keep forecasts. */
  refused(): void;
}

/** Data that no type or constraint of a table allows: it will not be taken later either. */
const NEVER_TAKEN = /^2[23][0-9A-Z]{3}$/;

/** Brings the journal to the primary, oldest first; whatever cuts it short, the next run goes on or does it again. */
export class JournalReplay {
  #running: Promise<void> | undefined;

  constructor(
    private readonly journal: ForecastJournal,
    /** Of the primary. */
    private readonly forecasts: ForecastRepository,
    /** Of the primary. */
    private readonly clock: MarketClockReader,
    private readonly events: EventBus,
    private readonly settings: FeedSettings,
    private readonly watch: JournalWatch,
  ) {}

  /**
   * Stores all that waits; who asks meanwhile waits for the same run. An entry leaves the journal after its commit.
   *
   * @throws whatever the database throws while it is away
   */
  run(): Promise<void> {
    this.#running ??= this.#replay().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #replay(): Promise<void> {
    for (const entry of this.journal.waiting) {
      const now = await this.#arrivalOf(entry);
      if (now !== null) await this.#store(entry, now);
    }
  }

  /**
   * Event time, ms; null while it is not known, which keeps no other market waiting. Of a feed that is not followed here
   * any more nobody will ever know: it has arrived at the end of time.
   */
  async #arrivalOf({ forecasts }: JournaledForecasts): Promise<number | null> {
    const [{ feed, instrument }] = forecasts as [NewForecast]; // no entry is empty
    if (feed !== this.settings.feed) return Infinity;
    try {
      return await this.clock.now(feed, instrument);
    } catch (error) {
      if (isAppError(error) && error.code === 'market.clock_unknown') return null;
      throw error;
    }
  }

  async #store(entry: JournaledForecasts, now: number): Promise<void> {
    try {
      const rows = entry.forecasts.map((forecast) => arrived(forecast, now));
      const outcomes = await this.forecasts.store(rows);
      this.watch.replayed(outcomes);
      await this.journal.settle(entry);
      await this.#announce(rows.filter((_, i) => outcomes[i] === 'canonical'));
    } catch (error) {
      if (!isNeverTaken(error)) throw error;
      this.watch.setAside(entry, error);
      await this.journal.setAside(entry);
    }
  }

  /** The gateways of this region know them already; others may not. */
  async #announce(rows: readonly NewForecast[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const { feed, instrument, originAt, modelName, modelVersion } = first;
    await this.events.publish('forecast.issued', {
      ...{ feed, instrument, origin: originAt.getTime() },
      horizons: rows.map(({ horizonHours }) => horizonOfHours(horizonHours)),
      modelVersion: `${modelName}@${modelVersion}`,
    });
  }
}

/**
 * A journaled forecast as it is stored. Nobody but this region can say that it was issued when it says so, so it is
 * judged by its arrival: it counts only where one that was issued at that moment would.
 *
 * @param now event time, ms
 */
function arrived(forecast: NewForecast, now: number): NewForecast {
  const at = Math.max(now, forecast.issuedAt.getTime());
  return { ...forecast, timeliness: timelinessOf(at, forecast.originAt.getTime(), forecast.horizonHours) };
}

function isNeverTaken(error: unknown): error is QueryFailedError {
  if (!(error instanceof QueryFailedError)) return false;
  return NEVER_TAKEN.test(String((error.driverError as { code?: unknown }).code));
}
