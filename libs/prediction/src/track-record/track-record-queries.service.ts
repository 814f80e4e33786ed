import type { Limits, TrackRecordProof, TrackRecordReply } from '@btcforecast/contracts';
import { ForecastEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { merklePath } from '@btcforecast/track-record';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedSettings } from '../feed-settings.js';
import { forecastNotFound, visibleForecasts } from '../forecasts/visible-forecasts.js';
import {
  findEntry,
  findHead,
  findRootOver,
  listEntries,
  listHashes,
  listKeys,
  listRoots,
} from './track-record.repository.js';

/** The track record as clients read it. */
@Injectable()
export class TrackRecordQueries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: FeedSettings,
  ) {}

  /** Entries after place `after`, at most `limit`, with the roots of the hours that end among them. */
  async page(after: number, limit: number): Promise<TrackRecordReply> {
    const { manager } = this.dataSource;
    const entries = await listEntries(manager, after, limit);
    const last = entries.at(-1)?.seq ?? after;
    // Roots and keys after the entries: what is added meanwhile is of later entries.
    const roots = entries.length > 0 ? await listRoots(manager, after, last) : [];
    const keys = await listKeys(manager);
    const head = await findHead(manager);
    const next = entries.length > 0 && head && head.seq > last ? last : null;
    return { format: 1, source: this.settings.source, entries, roots, keys, next };
  }

  /**
   * The way from a forecast's entry to a signed root.
   *
   * @throws AppError caller forecast.not_found, also when it is beyond the limits of whoever asks, or track_record.not_entered until its hour has been signed
   */
  async proof(id: string, limits: Limits): Promise<TrackRecordProof> {
    const { manager } = this.dataSource;
    const isVisible = await manager.existsBy(ForecastEntity, { ...visibleForecasts(limits), id });
    if (!isVisible) throw forecastNotFound(id);
    const entry = await findEntry(manager, 'forecast', id);
    if (!entry) {
      const message = `the forecast ${id} is not in the track record yet; it enters within seconds`;
      throw new AppError('caller', 'track_record.not_entered', message, { id });
    }
    const root = await findRootOver(manager, entry.seq);
    if (!root) {
      const message = `the forecast ${id} is entry ${entry.seq}; its hour is signed when it has ended: ask again then`;
      throw new AppError('caller', 'track_record.not_entered', message, { id, seq: entry.seq });
    }
    const hashes = await listHashes(manager, root.firstSeq, root.lastSeq);
    const path = merklePath(hashes, entry.seq - root.firstSeq);
    return { entry, path, root, keys: await listKeys(manager) };
  }
}
