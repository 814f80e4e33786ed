import { Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;
const BEHIND_MS = 31 * DAY_MS;
const AHEAD_MS = 62 * DAY_MS;

/** Keeps the month partitions of `candles` ahead of the calendar, so that writing rarely has to make one. */
@Injectable()
export class PartitionService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Wall time on purpose: candles of the past get their partitions from whoever writes them. */
  async ensure(): Promise<{ made: number }> {
    const now = this.clock.now();
    const [row] = await this.dataSource.query<{ made: number }[]>(
      'SELECT ensure_candle_partitions($1, $2) AS made',
      [new Date(now - BEHIND_MS), new Date(now + AHEAD_MS)],
    );
    return { made: row?.made ?? 0 };
  }
}
