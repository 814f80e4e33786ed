export { assembleMarketData, type MarketData, type MarketDataNeeds } from './assemble-market-data.js';
export { CandleWriter, type CandleBatch, type WriteOutcome } from './candles/candle-writer.js';
export { createLiveExchange, createSimulatedExchange } from './exchange/create-exchange.js';
export { type CcxtVenue } from './exchange/ccxt-exchange.js';
export { type CandleRequest, type ExchangePort, type MarketTime } from './exchange/exchange-port.js';
export { ensureInstruments } from './ensure-instruments.js';
export { Exchanges } from './exchange/exchanges.js';
export { GapLedger, type Gap, type GapState } from './gaps/gap-ledger.js';
export { type IngestOptions } from './ingest/ingest-options.js';
export { IngestSettings } from './ingest/ingest-settings.js';
export {
  importCandleFile,
  type ImportOutcome,
  type ImportProgress,
  type ImportRequest,
} from './import/import-candle-file.js';
