import { AppError } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';

/** Text of the origin in ms, base 36: opaque to clients, short, and nothing in it can be abused. */
const FORM = /^[0-9a-z]{1,9}$/;
const LATEST_MS = 8.64e15;

/** Names the place after which the next page of a history begins: the oldest origin shown, ms. */
export function encodeHistoryCursor(originAt: number): string {
  return originAt.toString(36);
}

/**
 * @returns origin in ms; the next page holds older ones only
 * @throws AppError caller forecast.cursor_invalid for any text that encodeHistoryCursor cannot have written
 */
export function decodeHistoryCursor(cursor: string): number {
  const originAt = FORM.test(cursor) ? Number.parseInt(cursor, 36) : Number.NaN;
  const isOrigin = originAt <= LATEST_MS && originAt % HOUR_MS === 0;
  if (isOrigin && encodeHistoryCursor(originAt) === cursor) return originAt;
  throw new AppError(
    'caller',
    'forecast.cursor_invalid',
    'the cursor is none that this API gave out; pass nextCursor of the page before unchanged, or none',
  );
}
