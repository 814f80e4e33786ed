import { INTERVALS, type Interval } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { CcxtExchangeAdapter, type VenueClock } from './ccxt-exchange.adapter.js';
import { loadCcxtClass, type CcxtExchange, type CcxtVenue } from './ccxt-exchange.js';
import { nonsenseReply } from './ccxt-failure.js';
import type { ExchangePort, MarketTime } from './exchange-port.js';
import { useBinanceHosts, VENUE_PROFILES, type VenueProfile } from './venue-profile.js';

const REQUEST_TIMEOUT_MS = 10_000;
const CLOCK_TIMEOUT_MS = 3_000;

/** A real exchange. Costs no request until it is asked for something. */
export async function createLiveExchange(
  venue: CcxtVenue,
  instruments: readonly string[],
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<ExchangePort> {
  const profile = VENUE_PROFILES[venue];
  const exchange = await openCcxt(profile, instruments, timeoutMs);
  profile.configure?.(exchange);
  return new CcxtExchangeAdapter(venue, exchange, profile);
}

/**
 * A simulated exchange: ccxt's own Binance class with other base addresses. Candles are stored under the name of the
 * feed; only the clock, which may run fast, is asked for in a way of its own.
 */
export async function createSimulatedExchange(options: SimulatedExchangeOptions): Promise<ExchangePort> {
  const { url, feed, instruments, venue = feed } = options;
  const profile = VENUE_PROFILES.binance;
  const exchange = await openCcxt(profile, instruments, REQUEST_TIMEOUT_MS);
  await exchange.loadHttpProxyAgent(); // despite its name: ccxt has no other agent for ws: addresses
  const base = url.replace(/\/$/, '');
  useBinanceHosts(exchange, `${base}/api/v3`, `${base.replace(/^http/, 'ws')}/ws`);
  return new CcxtExchangeAdapter(venue, exchange, profile, simulatedClock(base, feed));
}

export interface SimulatedExchangeOptions {
  /** Its http address. */
  readonly url: string;
  /** The feed that it must serve. */
  readonly feed: string;
  readonly instruments: readonly string[];
  /** Name under which its candles are stored; default: the feed. */
  readonly venue?: string;
}

/** ccxt would fetch the description of every market (tens of megabytes) to learn the names of one. */
async function openCcxt(
  profile: VenueProfile,
  instruments: readonly string[],
  timeoutMs: number,
): Promise<CcxtExchange> {
  const Exchange = await loadCcxtClass(profile.id);
  const exchange = new Exchange({
    timeout: timeoutMs,
    enableRateLimit: true,
    newUpdates: true,
    // Reconnects are ours to time: see StreamRunner.
    options: { ws: { backoff: { base: 1, factor: 1, max: 1 } } },
  });
  exchange.log = () => undefined; // it would print broken messages to the standard output
  exchange.setMarkets(
    instruments.map((instrument) => exchange.safeMarketStructure(marketOf(profile, instrument))),
  );
  return exchange;
}

function marketOf(profile: VenueProfile, instrument: string): object {
  const [base = '', quoted = ''] = instrument.split('-');
  const quote = quoted === 'USD' ? profile.dollar : quoted;
  const id = profile.marketId(base, quote);
  return {
    id,
    lowercaseId: id.toLowerCase(),
    symbol: `${base}/${quote}`,
    base,
    quote,
    baseId: base,
    quoteId: quote,
    type: 'spot',
    spot: true,
    active: true,
    info: { wsname: `${base}/${quote}` },
  };
}

interface ClockReply {
  readonly now: number;
  readonly speed: number;
  readonly ends: number | null;
  readonly feed: string;
  readonly interval: Interval;
}

function simulatedClock(base: string, feed: string): VenueClock {
  const ask = async (): Promise<ClockReply> => {
    const reply = await fetch(`${base}/sim/clock`, { signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS) });
    return checked((await reply.json()) as Partial<ClockReply>, feed);
  };
  return {
    baseInterval: async () => (await ask()).interval,
    time: async (): Promise<MarketTime> => {
      const { now, speed, ends } = await ask();
      return { nowMs: now, speed, endsAt: ends ?? undefined };
    },
  };
}

function checked(reply: Partial<ClockReply>, feed: string): ClockReply {
  const { now, speed, interval } = reply;
  if (!Number.isFinite(now) || !Number.isFinite(speed) || !INTERVALS.includes(interval as Interval)) {
    throw nonsenseReply(feed, 'a clock without a time');
  }
  if (reply.feed !== feed) {
    const message = `the simulated exchange serves ${reply.feed}, not ${feed}: start both for the same market`;
    throw new AppError('transient', 'market.venue_unavailable', message, { venue: feed });
  }
  return reply as ClockReply;
}
