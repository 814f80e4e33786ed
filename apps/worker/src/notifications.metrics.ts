import { Clock, Metrics } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const WAITING = `SELECT count(*)::int AS pending,
    coalesce(date_part('epoch', $1::timestamptz - min(next_attempt_at)), 0) AS "dueSeconds"
  FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  WHERE d.state = 'pending' AND e.enabled`;

/** What waits to be told. Asked at each scrape; attempts are counted where they are made. */
@Injectable()
export class NotificationsMetrics {
  constructor(metrics: Metrics, dataSource: DataSource, clock: Clock) {
    const due = metrics.gauge(
      'webhook_oldest_due_seconds',
      'Time since the delivery that has been due the longest became due; 0 when none is',
    );
    metrics.gauge(
      'webhook_deliveries_pending',
      'Deliveries of which an attempt is to come',
      [],
      async (gauge) => {
        const [row] = await dataSource
          .query<{ pending: number; dueSeconds: number }[]>(WAITING, [new Date(clock.now())])
          .catch(() => []); // a scrape must not fail because the database is away: that shows in the health check
        gauge.set(row?.pending ?? Number.NaN);
        due.set(Math.max(0, row?.dueSeconds ?? Number.NaN));
      },
    );
  }
}
