export { detectInterval } from './detect-interval.js';
export { loadCandleFile, type BadLine, type LoadedCandles } from './load-candle-file.js';
export {
  readCandleLines,
  type CandleFileEnd,
  type CandleLine,
  type CandleLinesHandler,
} from './read-candle-lines.js';
