export {
  DEFAULT_INSTRUMENT,
  EpochMs,
  HORIZONS,
  HORIZON_HOURS,
  Horizon,
  INTERVALS,
  INTERVAL_MS,
  Instant,
  InstantInput,
  InstrumentId,
  Interval,
  QUANTILE_KEYS,
  QUANTILE_LEVELS,
  Source,
  horizonOfHours,
} from './primitives.js';
export {
  Candle,
  CandleReply,
  CandlesQuery,
  CandlesReply,
  GapReply,
  InstrumentReply,
  InstrumentsReply,
} from './candles.js';
export {
  ForecastHistoryQuery,
  ForecastHistoryReply,
  ForecastId,
  ForecastReply,
  ForecastsReply,
  LatestForecastQuery,
  OutcomeReply,
  Quantiles,
  ScoredForecastReply,
  Timeliness,
} from './forecasts.js';
export {
  BASELINES,
  BaselineName,
  BaselineScore,
  PerformanceQuery,
  PerformanceReply,
  WINDOWS,
  Window,
} from './performance.js';
export { ERROR_CODES, ErrorCode, Problem } from './problem.js';
export { EVENTS, type EventName, type EventOf } from './events.js';
export { JOBS, QUEUES, type JobName, type JobPayload, type QueueName } from './jobs.js';
export { RPC_SERVICES, RpcAnswer, RpcEnvelope, type RpcMessage, type RpcService } from './rpc/message.js';
export { marketDataRpc } from './rpc/market-data.js';
export { predictionRpc } from './rpc/prediction.js';
