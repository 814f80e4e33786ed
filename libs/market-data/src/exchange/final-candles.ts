import type { Candle } from '@btcforecast/timeseries';

/**
 * Tells final candles from forming ones in the messages of one connection. A message repeats the whole candle so far,
 * and messages of one connection keep their order: when a later candle has begun, the last message about the one
 * before held its final values. That is not so across a reconnect, so every connection needs one of these of its own.
 */
export class FinalCandles {
  readonly #forming = new Map<number, Candle>();
  #newest = -Infinity;

  /** Takes messages in their order and gives the candles that they make final, ascending, each once. */
  take(candles: readonly Candle[]): Candle[] {
    for (const candle of candles) {
      // A message about a candle that was given already is late: a correction, which a later request finds.
      if (candle.openTime < this.#newest && !this.#forming.has(candle.openTime)) continue;
      this.#forming.set(candle.openTime, candle);
      this.#newest = Math.max(this.#newest, candle.openTime);
    }
    const final = [...this.#forming.values()].filter(({ openTime }) => openTime < this.#newest);
    for (const { openTime } of final) this.#forming.delete(openTime);
    return final.sort((a, b) => a.openTime - b.openTime);
  }
}
