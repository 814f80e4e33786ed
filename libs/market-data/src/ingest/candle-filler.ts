import { AppError } from '@btcforecast/platform';
import { CandleIntake } from '../candles/candle-intake.service.js';
import type { CandleRequest, ExchangePort } from '../exchange/exchange-port.js';

export interface FillOutcome {
  /** Candles that the venue had. */
  readonly fetched: number;
  /** Of these, candles that were not there before. */
  readonly stored: number;
  readonly corrections: number;
}

/** Throws when the time for asking ran out before all pages were there: what came is stored, but it is not all. */
export function assertComplete(signal: AbortSignal, venue: string): void {
  if (!signal.aborted) return;
  const message = `${venue} took too long: what came is stored, the rest is asked for again`;
  throw new AppError('transient', 'market.venue_unavailable', message, { venue });
}

/** Brings candles of a range from a venue, page by page. */
export class CandleFiller {
  constructor(private readonly intake: CandleIntake) {}

  /**
   * Only candles that have closed by the exchange's clock; those that are there already cost nothing but the request.
   *
   * @throws AppError as ExchangePort; what was stored before stays
   */
  async fill(
    exchange: ExchangePort,
    request: CandleRequest & { readonly feed: string },
    signal: AbortSignal,
  ): Promise<FillOutcome> {
    const { feed, instrument, interval } = request;
    const { nowMs } = await exchange.time();
    const total = { fetched: 0, stored: 0, corrections: 0 };
    const closed = { instrument, interval, from: request.from, to: Math.min(request.to, nowMs) };
    for await (const candles of exchange.fetchCandles(closed, signal)) {
      const batch = {
        feed,
        instrument,
        interval,
        venue: exchange.venue,
        provenance: 'fetched',
        candles,
        nowMs,
      } as const;
      const outcome = await this.intake.take(batch);
      total.fetched += candles.length;
      total.stored += outcome.stored.length;
      total.corrections += outcome.corrections;
    }
    return total;
  }
}
