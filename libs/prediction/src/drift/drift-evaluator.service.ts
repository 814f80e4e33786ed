import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { HORIZON_HOURS } from '@btcforecast/contracts';
import type { DriftSignalEntity } from '@btcforecast/database';
import {
  HOUR_MS,
  hourlyWindow,
  InsufficientHistoryError,
  volatilityPoints,
  WINDOW_SLOTS,
  type DriftEvidence,
  type DriftPoint,
} from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { DriftDataRepository, type OriginSpan } from './drift-data.repository.js';
import { DriftSignalRepository, type DriftScope } from './drift-signal.repository.js';
import { DRIFT_FRESH_MS } from './drift-subject.js';
import { driftTests, evaluate, type DriftMaterial, type DriftSubject } from './drift-tests.js';
import { featureRecords } from './feature-record.js';

/** Drift is a change of late: forecasts of the last 90 days are looked at. */
const WATCHED_HOURS = 90 * 24;
/** Features change slowly and are looked at once a day. */
const FEATURE_HOURS = 365 * 24;

export interface DriftFinding extends DriftSubject {
  /** From a week after the last alarm on. */
  readonly evidence: DriftEvidence;
  /** The newest alarm on record within the watched span. */
  readonly lastSignal: DriftSignalEntity | null;
  /** Origin that raised it, ms: now, or as recorded within a week of the newest origin; null: quiet. */
  readonly since: number | null;
}

export interface DriftReport {
  /** Newest origin that was looked at, ms. */
  readonly newestOrigin: number;
  readonly findings: readonly DriftFinding[];
}

/**
 * The sequential tests of a model's canonical forecasts, made anew from what is stored: there is no state but the
 * signals that were raised.
 */
@Injectable()
export class DriftEvaluator {
  constructor(
    private readonly data: DriftDataRepository,
    private readonly signals: DriftSignalRepository,
    private readonly versions: ModelVersionRepository,
    private readonly candles: CandleReader,
    private readonly feeds: MarketFeedReader,
  ) {}

  /**
   * @param until event time, ms: later origins are left out
   * @returns null while the model has not answered within 90 days
   */
  async evaluate(scope: DriftScope, until: number): Promise<DriftReport | null> {
    const span = { since: until - WATCHED_HOURS * HOUR_MS, until };
    const served = await this.data.findServed(scope, span);
    if (!served) return null;
    const [material, raised] = await Promise.all([
      this.#material(scope, span, served),
      this.signals.listSince(scope, until - FEATURE_HOURS * HOUR_MS),
    ]);
    const findings = driftTests(material).map(({ points, ...test }) => {
      const lastSignal = raised.find((signal) => isAbout(signal, test)) ?? null;
      const { feature, horizonHours, test: name } = test;
      const last = lastSignal?.raisedOrigin.getTime() ?? null;
      // What has been raised is known for a week; then it is asked whether it still is so.
      const evidence = evaluate({ ...test, points }, last === null ? -Infinity : last + DRIFT_FRESH_MS);
      const isFresh = last !== null && served.last - last <= DRIFT_FRESH_MS;
      const since = evidence.raisedOrigin ?? (isFresh ? last : null);
      return { test: name, horizonHours, feature, evidence, lastSignal, since };
    });
    return { newestOrigin: served.last, findings };
  }

  async #material(
    scope: DriftScope,
    span: OriginSpan,
    served: { readonly first: number; readonly last: number },
  ): Promise<DriftMaterial> {
    const manifest = await this.versions.findManifest(scope.name, scope.version);
    const features = manifest ? featureRecords(manifest) : [];
    const [scored, given, volatility] = await Promise.all([
      Promise.all(
        Object.values(HORIZON_HOURS).map(
          async (hours) => [hours, await this.data.listScored(scope, hours, span)] as const,
        ),
      ),
      this.data.listDailyFeatures(scope, { ...span, since: span.until - FEATURE_HOURS * HOUR_MS }),
      this.#volatility(scope, served),
    ]);
    return { scored: new Map(scored), given, features, volatility };
  }

  /** What the hourly candles of the feed's venue say, from the model's first forecast on. */
  async #volatility(
    { feed, instrument }: DriftScope,
    { first, last }: { readonly first: number; readonly last: number },
  ): Promise<DriftPoint[]> {
    const market = await this.feeds.feed(feed, instrument);
    if (!market) return [];
    const { venue } = market;
    const candles = await this.candles.window({ instrument, venue, until: last, slots: WINDOW_SLOTS });
    try {
      const points = volatilityPoints(hourlyWindow(candles, last, WINDOW_SLOTS), WATCHED_HOURS);
      return points.filter(({ origin }) => origin >= first);
    } catch (error) {
      if (error instanceof InsufficientHistoryError) return []; // a young market: nothing to compare with yet
      throw error;
    }
  }
}

function isAbout(signal: DriftSignalEntity, { test, horizonHours, feature }: DriftSubject): boolean {
  return signal.test === test && signal.horizonHours === horizonHours && signal.feature === feature;
}
