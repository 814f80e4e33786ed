import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whatever ccxt makes of a candle: time, open, high, low, close, volume; any of them may be missing. */
export type CcxtRow = readonly unknown[];

/** What we use of a ccxt.pro exchange. Its own types are so large that they would slow every build down. */
export interface CcxtExchange {
  readonly id: string;
  readonly has: Readonly<Record<string, unknown>>;
  urls: { api: Record<string, unknown> };
  options: Record<string, unknown>;
  ohlcvs: object;
  /** Takes a message of a candle stream; looked up anew for each message. */
  handleOHLCV: (client: unknown, message: unknown) => unknown;
  log: (...words: unknown[]) => void;
  readonly clients?: Readonly<Record<string, { connection?: { terminate?: () => void } }>>;
  readonly last_http_response?: unknown;
  readonly last_response_headers?: Readonly<Record<string, unknown>> | undefined;
  loadHttpProxyAgent(): Promise<unknown>;
  safeMarketStructure(market: object): object;
  setMarkets(markets: readonly object[]): void;
  fetchTime(): Promise<unknown>;
  fetchOHLCV(
    symbol: string,
    timeframe: string,
    since: number,
    limit: number,
    params: { until: number },
  ): Promise<unknown>;
  watchOHLCV(symbol: string, timeframe: string): Promise<unknown>;
  close(): Promise<unknown>;
}

export type CcxtVenue = 'binance' | 'coinbase' | 'kraken';
type CcxtClass = new (config: object) => CcxtExchange;

/**
 * Loads the class of one exchange, not all hundred of them: 60 MB less in memory. The package exports only the whole,
 * so the file is found beside its entry point; should a release move it, the whole is loaded after all.
 */
export async function loadCcxtClass(venue: CcxtVenue): Promise<CcxtClass> {
  // Not by require: its entry is a bundle of the whole, which images leave out.
  const file = new URL(`src/pro/${venue}.js`, import.meta.resolve('ccxt'));
  if (existsSync(fileURLToPath(file))) {
    const module = (await import(file.href)) as { default: CcxtClass };
    return module.default;
  }
  const { default: ccxt } = await import('ccxt');
  return ccxt.pro[venue] as unknown as CcxtClass;
}
