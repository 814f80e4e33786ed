import { MarketClockReader } from '@btcforecast/candle-reader';
import type { Standing } from '@btcforecast/contracts';
import { Clock, isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DriftSignalRepository } from '../drift/drift-signal.repository.js';
import { DRIFT_FRESH_MS, driftSubject } from '../drift/drift-subject.js';
import { FeedSettings } from '../feed-settings.js';
import { PerformanceRepository } from '../performance/performance.repository.js';
import { recordOf, standingOf, type HorizonRecord } from './standing-of.js';
import { StandingRepository, type RecordState } from './standing.repository.js';

/** How long a standing is given out without another look at the database, wall ms. */
const FRESH_MS = 5_000;
/** More than a year of hourly origins. */
const MAX_COUNTED = 10_000;
/** A forecast scored later than its successors is noticed after this much wall time at the latest, ms. */
const RELOAD_MS = 600_000;
/** Later than any origin. */
const FAR_FUTURE = Date.UTC(9999, 0, 1);

interface Known {
  /** Wall time of the look, ms. */
  readonly at: number;
  readonly standing: Promise<Standing>;
}

interface KnownRecord {
  readonly newestScored: number | null;
  readonly loadedAt: number;
  readonly record: HorizonRecord;
}

/** Standings of the horizons of this process's feed, kept for seconds: they change when something has matured. */
@Injectable()
export class StandingService {
  readonly #known = new Map<string, Known>();
  readonly #records = new Map<string, KnownRecord>();

  constructor(
    private readonly repository: StandingRepository,
    private readonly performances: PerformanceRepository,
    private readonly signals: DriftSignalRepository,
    private readonly marketClock: MarketClockReader,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
  ) {}

  /** Never older than five seconds. @throws AppError transient database.unavailable */
  standing(instrument: string, horizonHours: number): Promise<Standing> {
    const key = `${instrument} ${horizonHours}`;
    const now = this.clock.now();
    const known = this.#known.get(key);
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.standing;
    const standing = this.#load(instrument, horizonHours, now);
    this.#known.set(key, { at: now, standing });
    standing.catch(() => this.#forget(key, standing)); // the next caller tries again
    return standing;
  }

  async #load(instrument: string, horizonHours: number, wallNow: number): Promise<Standing> {
    const { feed } = this.settings;
    const now = await this.#eventNow(instrument);
    const state = await this.repository.findState(feed, instrument, horizonHours, now ?? FAR_FUTURE);
    const record = await this.#record(instrument, horizonHours, state, wallNow);
    const signals = state ? await this.#freshSignals(instrument, horizonHours, state) : [];
    const { newestOrigin = null, onTimeOfLastDay = 0 } = state ?? {};
    return standingOf(record, { now, newestOrigin, onTimeOfLastDay, signals });
  }

  /** Made again once something has matured. */
  async #record(
    instrument: string,
    horizonHours: number,
    state: RecordState | null,
    wallNow: number,
  ): Promise<HorizonRecord> {
    if (!state) return recordOf([], horizonHours);
    const { newestOrigin, newestScored } = state;
    const key = `${instrument} ${horizonHours}`;
    const known = this.#records.get(key);
    if (known && known.newestScored === newestScored && wallNow - known.loadedAt < RELOAD_MS) {
      return known.record;
    }
    const scope = { feed: this.settings.feed, instrument, horizonHours, since: 0, until: newestOrigin };
    const record = recordOf(await this.performances.listCounted(scope, MAX_COUNTED), horizonHours);
    this.#records.set(key, { newestScored, loadedAt: wallNow, record });
    return record;
  }

  /** Of the model that answers now: about this horizon, or about what the model sees. */
  async #freshSignals(instrument: string, horizonHours: number, { newestOrigin, model }: RecordState) {
    const scope = { feed: this.settings.feed, instrument, ...model };
    const raised = await this.signals.listSince(scope, newestOrigin - DRIFT_FRESH_MS);
    return raised
      .filter((signal) => signal.raisedOrigin.getTime() <= newestOrigin)
      .filter((signal) => signal.horizonHours === null || signal.horizonHours === horizonHours)
      .map((signal) => ({ subject: driftSubject(signal), raisedOrigin: signal.raisedOrigin.getTime() }));
  }

  async #eventNow(instrument: string): Promise<number | null> {
    try {
      return await this.marketClock.now(this.settings.feed, instrument);
    } catch (error) {
      if (isAppError(error) && error.code === 'market.clock_unknown') return null;
      throw error;
    }
  }

  #forget(key: string, standing: Promise<Standing>): void {
    if (this.#known.get(key)?.standing === standing) this.#known.delete(key);
  }
}
