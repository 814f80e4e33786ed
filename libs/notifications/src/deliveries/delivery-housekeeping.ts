import { Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;
/** The schedule ends after some three days, and pauses make it longer; this long after its begin it is over anyhow. */
const GIVEN_UP_AFTER_MS = 7 * DAY_MS;
const KEPT_MS = 30 * DAY_MS;
/** Of one statement; the rest has time until the next occasion. */
const BATCH = 5_000;

const GIVE_UP = `UPDATE webhook_deliveries SET state = 'failed', ended_at = $1, next_attempt_at = NULL, leased_until = NULL
  WHERE state = 'pending' AND step_since < $2 AND (leased_until IS NULL OR leased_until <= $1)`;
const FORGET = `DELETE FROM webhook_events WHERE id IN (
  SELECT id FROM webhook_events WHERE recorded_at < $1 ORDER BY recorded_at LIMIT ${BATCH})`;

/** Gives up what will not arrive any more, and forgets what is long past. */
@Injectable()
export class DeliveryHousekeeping {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async tidy(): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.query(GIVE_UP, [new Date(now), new Date(now - GIVEN_UP_AFTER_MS)]);
    await this.dataSource.query(FORGET, [new Date(now - KEPT_MS)]);
    await this.dataSource.query('DELETE FROM webhook_secrets WHERE expires_at < $1', [new Date(now)]);
  }
}
