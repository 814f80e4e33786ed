import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ForecastReply,
  HORIZON_HOURS,
  type Horizon,
  type ScoredForecastReply,
  type Source,
} from '@btcforecast/contracts';
import type { RpcCall } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';

const HOUR_MS = 3_600_000;
export const FIRST_ORIGIN_MS = Date.UTC(2025, 0, 1);

/** What the other side of the wire holds and how it behaves; a test moves the levers. */
@Injectable()
export class PeerState {
  originMs = FIRST_ORIGIN_MS;
  /** Share of clients that the challenger answers; null: no canary. */
  canaryShare: number | null = null;
  source: Source = 'replay';
  feed = 'replay-00000001';
  delayMs = 0;
  failure: unknown;
  latestCalls = 0;
  lastBody: unknown;
  /** Calls that came in, that nobody waited for any more when their turn came, and that were then worked on. */
  readonly calls = { arrived: 0, dropped: 0, executed: 0 };
  /** Whether the champions can be asked. */
  isReady = true;
  /** Questions of each message about inference. */
  inferMessages: number[] = [];
  /** What prediction says of forecasts by their id. */
  readonly told = new Map<string, ScoredForecastReply>();

  /** Every handler passes here; with `call` as one does whose work waits for its turn. */
  async enter(body: unknown, call?: RpcCall): Promise<void> {
    this.lastBody = body;
    this.calls.arrived += 1;
    if (this.delayMs > 0) await this.#turn(call);
    this.calls.executed += 1;
    if (this.failure) throw this.failure;
  }

  async #turn(call: RpcCall | undefined): Promise<void> {
    try {
      await delay(this.delayMs, undefined, call && { signal: call.signal });
      call?.assertWanted();
    } catch (error) {
      this.calls.dropped += 1;
      throw error;
    }
  }

  forecast(horizon: Horizon): ForecastReply {
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      id: createHash('sha256').update(`${this.originMs}${horizon}`).digest('hex'),
      instrument: 'BTC-USD',
      horizon,
      origin: iso(this.originMs),
      target: iso(this.originMs + HORIZON_HOURS[horizon] * HOUR_MS),
      price: 95_000,
      quantiles: {
        '0.05': 91e3,
        '0.1': 92e3,
        '0.25': 94e3,
        '0.5': 95e3,
        '0.75': 96e3,
        '0.9': 97e3,
        '0.95': 98e3,
      },
      probabilityUp: 0.5,
      volatility: 0.02,
      model: { name: 'har', version: 1 },
      venue: this.feed,
      source: this.source,
      issuedAt: iso(this.originMs + 1_000),
      timeliness: 'on_time',
      inSample: false,
      canonical: true,
    };
  }
}
