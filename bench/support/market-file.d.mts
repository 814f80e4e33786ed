import type { Candle } from '@btcforecast/timeseries';

export interface MarketShape {
  readonly from: number;
  readonly count: number;
  readonly intervalMs: number;
  readonly seed?: number;
}

export const MINUTE: number;
export const HOUR: number;
export function candles(shape: MarketShape): Generator<Candle>;
export function writeMarketFile(path: string, shape: MarketShape): string;
