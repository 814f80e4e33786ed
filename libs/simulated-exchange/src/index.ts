export { type FaultyReply, type Faults } from './faults.js';
export { type MarketChoice } from './listed-markets.js';
export { type MarketRun, type SimulatedMarket } from './simulated-market.js';
export { SimulationClock } from './simulation-clock.js';
export {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from './start-simulated-exchange.js';
export { type VisibleCandle } from './visible-candles.js';
