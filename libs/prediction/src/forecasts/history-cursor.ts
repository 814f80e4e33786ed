import { readCursor, writeCursor } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import { z } from 'zod';

const LIST = 'forecast history';
const Place = z.tuple([z.number().int().min(0).max(8.64e15).multipleOf(HOUR_MS)]);

/** Names the place after which the next page of a history begins: the oldest origin shown, ms. */
export function encodeHistoryCursor(originAt: number): string {
  return writeCursor(LIST, [originAt]);
}

/**
 * @returns origin in ms; the next page holds older ones only
 * @throws AppError caller request.cursor_invalid for any text that encodeHistoryCursor cannot have written
 */
export function decodeHistoryCursor(cursor: string): number {
  const [originAt] = readCursor(LIST, Place, cursor);
  return originAt;
}
