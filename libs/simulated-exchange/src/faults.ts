import type { Interval } from '@btcforecast/contracts';
import type { VisibleCandle } from './visible-candles.js';

export interface FaultyReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What the exchange does wrong, for tests; all of it may change while it runs. Nothing in the configuration reaches
 * here.
 */
export interface Faults {
  /** Answers a request to /api in place of the exchange. */
  reply?: (path: string, query: Readonly<Record<string, string>>) => FaultyReply | undefined;
  /** Never answers requests to /api. */
  hangs?: boolean;
  /** Loses or changes candles, in replies and streams. */
  candles?: (candles: VisibleCandle[], interval: Interval) => VisibleCandle[];
  /** Takes subscriptions and sends nothing. */
  silent?: boolean;
  /** What is sent in place of a stream message: none, several, or garbage. */
  messages?: (message: string) => readonly string[];
}
