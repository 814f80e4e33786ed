import { Metrics } from '@btcforecast/platform';
import { TrackRecordService, type TrackRecordState } from '@btcforecast/prediction';
import { Injectable } from '@nestjs/common';

const STATE: { readonly [K in keyof TrackRecordState]: readonly [name: string, help: string] } = {
  entries: ['track_record_entries', 'Entries of the track record'],
  lagSeconds: [
    'track_record_lag_seconds',
    'Time since the oldest forecast or outcome arrived that is not in the track record; 0 when all are',
  ],
  rootAgeSeconds: [
    'track_record_root_age_seconds',
    'Time since the end of the newest hour that is signed; over an hour or two means that signing has stopped',
  ],
};

/** How far the track record has come; asked at each scrape. */
@Injectable()
export class TrackRecordMetrics {
  constructor(metrics: Metrics, record: TrackRecordService) {
    for (const key of ['entries', 'lagSeconds', 'rootAgeSeconds'] as const) {
      const [name, help] = STATE[key];
      metrics.gauge(name, help, [], async (gauge) => {
        // A scrape must not fail because the database is away: that shows in the health check.
        const state = await record.state().catch(() => undefined);
        gauge.set(state?.[key] ?? Number.NaN);
      });
    }
  }
}
