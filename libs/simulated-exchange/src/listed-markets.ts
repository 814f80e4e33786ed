import { createHash } from 'node:crypto';
import { DEFAULT_INSTRUMENT } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { createDemoMarket } from './demo-market.js';
import type { TradedSymbol } from './exchange-info.js';
import { createReplayMarket, startOfReplay } from './replay-market.js';
import type { MarketRun, SimulatedMarket } from './simulated-market.js';

/** What is to be traded: files to replay, or the seed of a synthetic market; BTC-USD unless instruments are named. */
export type MarketChoice =
  | { readonly file: string }
  | { readonly files: Readonly<Record<string, string>> }
  | { readonly seed: number; readonly instruments?: readonly string[] };

/** One instrument of the exchange. */
export interface Listing {
  readonly symbol: TradedSymbol;
  readonly market: SimulatedMarket;
}

/**
 * Opens the markets of all instruments.
 *
 * @throws AppError caller import.bad_file when a file cannot be replayed, or files do not go together
 */
export async function openListings(choice: MarketChoice): Promise<Listing[]> {
  if ('seed' in choice) {
    const instruments = choice.instruments ?? [DEFAULT_INSTRUMENT];
    return instruments.map((id) => ({ symbol: symbolOf(id), market: createDemoMarket(choice.seed, id) }));
  }
  const files = 'file' in choice ? { [DEFAULT_INSTRUMENT]: choice.file } : choice.files;
  const listings: Listing[] = [];
  for (const [id, file] of Object.entries(files)) {
    listings.push({ symbol: symbolOf(id), market: await createReplayMarket(file) });
  }
  return listings;
}

/**
 * The markets of all instruments as one run with one clock: it spans the time in which all of them trade. The feed of
 * several files is named after all of them; that of one is named after the file alone.
 *
 * @param listings at least one
 * @throws AppError caller import.bad_file when files differ in the length of their candles or share no time
 */
export function joinedRun(listings: readonly Listing[]): MarketRun {
  const [first, ...others] = listings;
  if (!first) throw new RangeError('an exchange needs an instrument');
  if (others.length === 0 || first.market.mode === 'demo') return first.market;
  const markets = listings.map(({ market }) => market);
  const { interval, mode } = first.market;
  if (markets.some((market) => market.interval !== interval)) {
    throw badFiles('their candles differ in length: give files of one interval');
  }
  const firstOpenTime = Math.max(...markets.map((market) => market.firstOpenTime));
  const endsAt = Math.min(...markets.map((market) => market.endsAt ?? Infinity));
  if (firstOpenTime >= endsAt) throw badFiles('there is no time in which all of them trade');
  const key = digestOf(listings);
  const startAt = () => startOfReplay(firstOpenTime, endsAt);
  return { mode, feed: `replay-${key.slice(0, 8)}`, interval, firstOpenTime, endsAt, key, startAt };
}

function digestOf(listings: readonly Listing[]): string {
  const lines = listings.map(({ symbol, market }) => `${symbol.instrument} ${market.key}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** As Binance writes it, where the dollar is USDT. */
function symbolOf(instrument: string): TradedSymbol {
  const [base = '', quoted = ''] = instrument.split('-');
  const quote = quoted === 'USD' ? 'USDT' : quoted;
  return { id: `${base}${quote}`, base, quote, instrument };
}

function badFiles(why: string): AppError {
  return new AppError('caller', 'import.bad_file', `the files cannot be replayed together: ${why}`);
}
