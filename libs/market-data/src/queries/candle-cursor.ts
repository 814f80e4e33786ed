import { readCursor, writeCursor } from '@btcforecast/platform';
import { z } from 'zod';

/** Where the next page begins and where the list ends; open times, ms. */
export interface CandleCursor {
  readonly from: number;
  readonly to: number;
}

const instant = z.number().int().min(0).max(8.64e15);
const Range = z.tuple([instant, instant]).refine(([from, to]) => from < to);

export function writeCandleCursor({ from, to }: CandleCursor, intervalMs: number): string {
  return writeCursor(`candles ${intervalMs}`, [from, to]);
}

/** @throws AppError caller request.cursor_invalid for anything not written for this interval */
export function readCandleCursor(text: string, intervalMs: number): CandleCursor {
  const onGrid = Range.refine((ends) => ends.every((end) => end % intervalMs === 0));
  const [from, to] = readCursor(`candles ${intervalMs}`, onGrid, text);
  return { from, to };
}
