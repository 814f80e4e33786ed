/** The assembled use cases of market data: MarketData. */
export const MARKET_DATA = Symbol('btcforecast.market-data');

/** The venues of the configured source: Exchanges. */
export const EXCHANGES = Symbol('btcforecast.exchanges');
