import { AppError } from '@btcforecast/platform';

/** Where the next page begins and where the list ends; open times, ms. */
export interface CandleCursor {
  readonly from: number;
  readonly to: number;
}

export function writeCursor({ from, to }: CandleCursor): string {
  return Buffer.from(`${from}.${to}`).toString('base64url');
}

/** @throws AppError caller candle.cursor_invalid for anything that writeCursor has not written for this interval */
export function readCursor(text: string, intervalMs: number): CandleCursor {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (match && from % intervalMs === 0 && to % intervalMs === 0 && from < to) return { from, to };
  const message =
    'the cursor is none of ours, or of another interval: pass nextCursor of the page before, unchanged';
  throw new AppError('caller', 'candle.cursor_invalid', message);
}
