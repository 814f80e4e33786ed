import type { CcxtExchange, CcxtRow, CcxtVenue } from './ccxt-exchange.js';

/** What is particular to an exchange. */
export interface VenueProfile {
  readonly id: CcxtVenue;
  /** Rows in one reply, at most. */
  readonly pageRows: number;
  /** Candles of an interval that it serves back from now; null: all. */
  readonly historyLimit: number | null;
  /** Quote currency that stands for USD there. */
  readonly dollar: string;
  /** The exchange's own name of a market. */
  marketId(base: string, quote: string): string;
  /**
   * Whether a parsed reply from which no candle was read says that there are none; many a broken reply would pass for
   * that.
   */
  saysNone(body: unknown): boolean;
  /**
   * The candle that a stream message declares closed, or null; absent where the venue declares nothing of the kind.
   * ccxt drops that flag, and without it a lost closing message would pass a forming candle off as final.
   */
  readonly closedRow?: (message: unknown) => CcxtRow | null;
  /** Changes of ccxt's defaults. */
  readonly configure?: (exchange: CcxtExchange) => void;
}

/** Without a key, and reachable from countries in which the trading hosts are not. */
const BINANCE_REST = 'https://data-api.binance.vision/api/v3';
const BINANCE_STREAM = 'wss://data-stream.binance.vision/ws';

const isObject = (body: unknown): body is Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

export const VENUE_PROFILES: Readonly<Record<CcxtVenue, VenueProfile>> = {
  binance: {
    id: 'binance',
    pageRows: 1_000,
    historyLimit: null,
    dollar: 'USDT',
    marketId: (base, quote) => `${base}${quote}`,
    saysNone: (body) => Array.isArray(body) && body.length === 0,
    closedRow: closedBinanceKline,
    configure: (exchange) => useBinanceHosts(exchange, BINANCE_REST, BINANCE_STREAM),
  },
  coinbase: {
    id: 'coinbase',
    pageRows: 300,
    historyLimit: null,
    dollar: 'USD',
    marketId: (base, quote) => `${base}-${quote}`,
    saysNone: (body) => isObject(body) && Array.isArray(body['candles']),
  },
  kraken: {
    id: 'kraken',
    pageRows: 720,
    // It gives the newest 720 rows whatever is asked for: a history must come from elsewhere.
    historyLimit: 720,
    dollar: 'USD',
    marketId: krakenMarketId,
    saysNone: (body) => isObject(body) && isObject(body['result']),
  },
};

/** Points ccxt's Binance class at other hosts that speak the same protocol. */
export function useBinanceHosts(exchange: CcxtExchange, restUrl: string, streamUrl: string): void {
  const { api } = exchange.urls;
  api['public'] = restUrl;
  api['ws'] = { ...(api['ws'] as object), spot: streamUrl };
}

/** Its oldest markets bear prefixes, X for crypto and Z for money; all others are named as one would expect. */
const KRAKEN_PREFIXED = new Set(['BTC', 'ETC', 'ETH', 'LTC', 'MLN', 'REP', 'XLM', 'XMR', 'XRP', 'ZEC']);

function krakenMarketId(base: string, quote: string): string {
  const name = base === 'BTC' ? 'XBT' : base;
  return KRAKEN_PREFIXED.has(base) ? `X${name}Z${quote}` : `${name}${quote}`;
}

function closedBinanceKline(message: unknown): CcxtRow | null {
  const kline = isObject(message) ? message['k'] : undefined;
  if (!isObject(kline) || kline['x'] !== true) return null;
  return [kline['t'], ...['o', 'h', 'l', 'c', 'v'].map((field) => Number.parseFloat(String(kline[field])))];
}
