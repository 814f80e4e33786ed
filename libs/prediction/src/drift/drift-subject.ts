import { horizonOfHours } from '@btcforecast/contracts';
import type { DriftSignalEntity } from '@btcforecast/database';

/** A drift signal counts against the grade of a forecast for this long after the origin that raised it, ms. */
export const DRIFT_FRESH_MS = 7 * 24 * 3_600_000;

type Subject = Pick<DriftSignalEntity, 'test' | 'horizonHours' | 'feature'>;

/** What a test looks at, for people: `coverage 24h`, `input drawdown_720h`. */
export function driftSubject({ test, horizonHours, feature }: Subject): string {
  return `${test} ${feature ?? horizonOfHours(horizonHours ?? 1)}`;
}
