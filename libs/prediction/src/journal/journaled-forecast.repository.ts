import type { TimeRange } from '@btcforecast/candle-reader';
import { HORIZON_HOURS, type Limits } from '@btcforecast/contracts';
import type { ForecastEntity } from '@btcforecast/database';
import type { Clock } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import {
  ForecastRepository,
  type LatestOptions,
  type LatestRows,
  type ShownForecast,
  type StoreOutcome,
} from '../forecasts/forecast.repository.js';
import type { NewForecast } from '../forecasts/new-forecast.js';
import type { ForecastJournal } from './forecast-journal.js';
import type { JournalWatch } from './journal-replay.js';

/**
 * The forecasts of a database together with those that wait in the journal; what is stored goes to the journal. None of
 * these is canonical yet: that is decided where all regions meet.
 */
export class JournaledForecastRepository extends ForecastRepository {
  /** @param dataSource read only: the replica of the region, or the primary while the journal is being emptied */
  constructor(
    dataSource: DataSource,
    private readonly journal: ForecastJournal,
    private readonly clock: Clock,
    private readonly watch: Pick<JournalWatch, 'refused'>,
  ) {
    super(dataSource);
  }

  /** Keeps forecasts in the journal, those of one origin all or none. @throws AppError transient forecast.journal_full */
  override async store(forecasts: readonly NewForecast[]): Promise<StoreOutcome[]> {
    const fresh = forecasts.filter(({ id }) => !this.journal.find(id));
    for (const ofOrigin of Map.groupBy(fresh, ({ originAt }) => originAt.getTime()).values()) {
      try {
        await this.journal.append({ writtenAt: this.clock.now(), forecasts: ofOrigin });
      } catch (error) {
        this.watch.refused();
        throw error;
      }
    }
    return forecasts.map((forecast) => (fresh.includes(forecast) ? 'journaled' : 'known'));
  }

  /** While the journal has newer forecasts the champion's are shown to everybody, those of a canary's callers included. */
  override async latest(
    feed: string,
    instrument: string,
    horizonHours: readonly number[],
    options: LatestOptions = {},
  ): Promise<LatestRows> {
    const { rows, canaryShare } = await super.latest(feed, instrument, horizonHours, options);
    const stored = new Map(rows.map((row) => [row.horizonHours, row]));
    const shown = horizonHours.map((hours) => {
      const waiting = this.#champions(feed, instrument, hours).at(-1);
      const row = stored.get(hours);
      return waiting && !(row && row.originAt >= waiting.originAt) ? shownOf(waiting) : row;
    });
    return { rows: shown.filter((row) => row !== undefined), canaryShare };
  }

  override async findFirstOrigin(
    feed: string,
    instrument: string,
    horizonHours: number,
  ): Promise<number | null> {
    const stored = await super.findFirstOrigin(feed, instrument, horizonHours);
    return stored ?? this.#champions(feed, instrument, horizonHours)[0]?.originAt.getTime() ?? null;
  }

  override async listOrigins(
    feed: string,
    instrument: string,
    horizonHours: number,
    range: TimeRange,
  ): Promise<number[]> {
    const stored = await super.listOrigins(feed, instrument, horizonHours, range);
    const waiting = this.#champions(feed, instrument, horizonHours).map(({ originAt }) => originAt.getTime());
    const within = waiting.filter((origin) => origin >= range.from && origin < range.to);
    return [...new Set([...stored, ...within])].sort((a, b) => a - b);
  }

  override async getVisible(id: string, limits: Limits): Promise<ForecastEntity> {
    const waiting = this.journal.find(id);
    if (!waiting || !isVisible(waiting, limits)) return super.getVisible(id, limits);
    return { ...waiting, canonical: false, recordedAt: waiting.issuedAt };
  }

  /** Ascending by origin. */
  #champions(feed: string, instrument: string, horizonHours: number): NewForecast[] {
    return this.journal.waiting
      .flatMap(({ forecasts }) => forecasts)
      .filter((each) => each.feed === feed && each.instrument === instrument)
      .filter((each) => each.horizonHours === horizonHours && each.role === 'champion')
      .sort((a, b) => a.originAt.getTime() - b.originAt.getTime());
  }
}

function shownOf({
  features: _f,
  baselines: _b,
  runtime: _r,
  region: _g,
  ...shown
}: NewForecast): ShownForecast {
  return { ...shown, canonical: false };
}

function isVisible({ instrument, horizonHours }: NewForecast, { instruments, horizons }: Limits): boolean {
  if (instruments && !instruments.includes(instrument)) return false;
  return !horizons || horizons.some((horizon) => HORIZON_HOURS[horizon] === horizonHours);
}
