import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { RecordEntry, RecordSummary } from '@btcforecast/track-record';
import { FeedSettings } from '../src/feed-settings.js';
import { ForecastRepository } from '../src/forecasts/forecast.repository.js';
import type { NewForecast } from '../src/forecasts/new-forecast.js';
import { scoreForecast } from '../src/scores/score-forecast.js';
import { ScoreRepository } from '../src/scores/score.repository.js';
import { TrackRecordKeyFile } from '../src/track-record/track-record-key.file.js';
import { TrackRecordQueries } from '../src/track-record/track-record-queries.service.js';
import { TrackRecordService } from '../src/track-record/track-record.service.js';
import { forecastRow, type RowOptions } from './forecast-row.js';
import { openMarket, type TestMarket } from './market.js';
import { downloadRecord, verifyRecord } from './read-record.js';

export const START = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
export { HOUR_MS };

/** A database of forecasts and outcomes, a key file, and a writer and a reader of the track record. */
export class RecordBench {
  /** Wall time at the primary. */
  nowMs = START + MINUTE_MS;
  readonly keyPath: string;
  readonly service: TrackRecordService;
  readonly queries: TrackRecordQueries;
  readonly forecasts: ForecastRepository;
  readonly scores: ScoreRepository;

  private constructor(
    readonly market: TestMarket,
    private readonly folder: string,
  ) {
    this.keyPath = join(folder, 'keys', 'track-record.key');
    this.service = this.newService();
    this.queries = new TrackRecordQueries(market.dataSource, new FeedSettings('live', 'live', 'test'));
    this.forecasts = new ForecastRepository(market.dataSource);
    this.scores = new ScoreRepository(market.dataSource);
  }

  static async open(): Promise<RecordBench> {
    return new RecordBench(await openMarket(), await mkdtemp(join(tmpdir(), 'btcf-record-')));
  }

  async close(): Promise<void> {
    await this.market.close();
    await rm(this.folder, { recursive: true });
  }

  newService(): TrackRecordService {
    const keyFile = new TrackRecordKeyFile(this.keyPath);
    return new TrackRecordService(this.market.dataSource, keyFile, () => Promise.resolve(this.nowMs));
  }

  /** Stores forecasts of all horizons at an origin. */
  async issue(origin: number, options: RowOptions = {}): Promise<NewForecast[]> {
    const rows = [1, 4, 24, 168].map((horizonHours) => forecastRow({ origin, horizonHours, ...options }));
    await this.forecasts.store(rows);
    return rows;
  }

  async settle(rows: readonly NewForecast[], close = 101): Promise<void> {
    await this.scores.store(rows.map((row) => scoreForecast(row, close)));
  }

  async entries(): Promise<RecordEntry[]> {
    return (await downloadRecord(this.queries)).entries;
  }

  async bodies(): Promise<Record<string, unknown>[]> {
    return (await this.entries()).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  /** @throws BrokenRecordError when the record is not sound */
  async summary(): Promise<RecordSummary> {
    return verifyRecord(await downloadRecord(this.queries));
  }
}
