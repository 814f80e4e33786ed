export { backtestOrigins, closeBefore, type BacktestOrigins, type OriginRange } from './backtest-origins.js';
export type { ForecastRow, ForecastSet } from './forecast-row.js';
export { forecastWithModel, type ForecastQuestion, type ModelSource } from './forecast-with-model.js';
export {
  backtestBaseline,
  backtestModel,
  type BacktestQuestion,
  type BacktestRuntime,
  type ModelResult,
  type StoredModel,
} from './backtest-model.js';
export { forecastWithBaselines } from './forecast-with-baselines.js';
export { refittedModel, type RefitRequest } from './refitted-model.js';
export { REFIT_SCHEDULES, refitInstant, type RefitSchedule } from './refit-schedule.js';
export { CSV_HEADER, forecastCsv, type CsvQuestion } from './forecast-csv.js';
export {
  INTERVAL_SHARES,
  outcomeOf,
  SCORE_SCALE,
  scoreBacktest,
  type BaselineDifference,
  type Estimate,
  type HorizonScore,
  type ScoreQuestion,
} from './score-backtest.js';
export { backtestHtml, backtestSvg } from './report/backtest-svg.js';
