export {
  CandleReader,
  type CandleRow,
  type CandleSeries,
  type TimeRange,
  type WindowQuery,
} from './candle-reader.js';
export { MarketFeedReader, type MarketFeed } from './market-feed.reader.js';
export { MarketClockReader, eventTimeAt } from './market-clock.reader.js';
export { queryArrays } from './query-arrays.js';
