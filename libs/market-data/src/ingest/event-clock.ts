import type { Clock } from '@btcforecast/platform';
import type { ExchangePort, MarketTime } from '../exchange/exchange-port.js';

/** A real exchange's clock runs as ours does: it is enough to learn the difference now and then. */
const LIVE_ASK_MS = 30_000;

/** The clock of one exchange as we last saw it, running on between two looks. */
export class EventClock {
  #seen: MarketTime | undefined;
  #seenAt = 0;

  constructor(
    private readonly exchange: ExchangePort,
    private readonly clock: Clock,
    private readonly isLive: boolean,
  ) {}

  /** Looks at the exchange's clock, unless the last look is good enough. @throws AppError as ExchangePort */
  async observe(): Promise<MarketTime & { readonly observedAt: number }> {
    const recent = this.isLive && this.clock.now() - this.#seenAt < LIVE_ASK_MS;
    if (!this.#seen || !recent) {
      const askedAt = this.clock.now();
      const seen = await this.exchange.time();
      this.#seen = seen;
      this.#seenAt = (askedAt + this.clock.now()) / 2; // the answer was right half-way
    }
    return { nowMs: this.now(), speed: this.#seen.speed, observedAt: this.clock.now() };
  }

  /** The exchange is away: a simulated market stands still without it; a real one goes on. */
  lost(): (MarketTime & { readonly observedAt: number }) | null {
    if (!this.#seen) return null;
    if (!this.isLive) {
      this.#seen = { ...this.#seen, speed: 0 };
      this.#seenAt = this.clock.now();
    }
    return { nowMs: this.now(), speed: this.#seen.speed, observedAt: this.clock.now() };
  }

  /** Event time, ms. @throws RangeError before the first look */
  now(): number {
    if (!this.#seen) throw new RangeError('the exchange was not asked for its time yet');
    const passed = (this.clock.now() - this.#seenAt) * this.#seen.speed;
    return Math.floor(Math.min(this.#seen.nowMs + passed, this.#seen.endsAt ?? Infinity));
  }

  /** Event seconds per second. */
  get speed(): number {
    return this.#seen?.speed ?? 1;
  }
}
