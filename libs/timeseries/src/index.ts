export { DAY_MS, HOUR_MS, MINUTE_MS, type Candle } from './candle.js';
export { InsufficientHistoryError } from './insufficient-history.error.js';
export { hourlyWindow, presentSlots, sliceWindow, slotIndex, type HourlyWindow } from './hourly-window.js';
export { validateCandle } from './validate-candle.js';
export { RESAMPLE_INTERVAL_MS, resample, type ResampleInterval } from './resample.js';
export {
  FEATURE_NAMES,
  harFeatures,
  harStateAt,
  MIN_PRESENT_LAST_WEEK,
  MIN_PRESENT_SLOTS,
  WINDOW_SLOTS,
  type HarState,
} from './har-features.js';
export { featureSeries, type FeatureSeries } from './feature-series.js';
export { barVariance } from './bar-variance.js';
export { hourOfWeek, relativeVolatility, seasonOver, WEEK_HOURS, weekSeason } from './week-season.js';
export { empiricalQuantiles } from './empirical-quantiles.js';
export { meanPinball, pinballLoss } from './pinball-loss.js';
export { crpsFromQuantiles } from './crps.js';
export { directionHit, intervalCovers } from './interval-coverage.js';
export { scoreOutcome, type OutcomeScores, type ScorableForecast } from './score-outcome.js';
export {
  cdfAt,
  isInTail,
  partOfLevel,
  probabilityUp,
  quantileAt,
  type CurvePart,
  type QuantileCurve,
} from './quantile-curve.js';
export { blockBootstrap, type BlockBootstrap, type BlockBootstrapOptions } from './block-bootstrap.js';
export { BASELINE_NAMES, baselineQuantiles, type BaselineName, type BaselineQuantiles } from './baselines.js';
export { ewmaRandomWalk } from './ewma-rw.js';
export { garchT } from './garch-t.js';
export { ewmaGkSeasonalAt } from './ewma-gk-seasonal.js';
export { garchFhsSeasonalAt } from './garch-fhs-seasonal.js';
export { RollingReturnQuantiles } from './rolling-return-quantiles.js';
export { trailingReturnQuantiles } from './uncond-1y.js';
export { skillEvidence, SkillRecord, type LossDifference, type SkillEvidence } from './skill-test.js';
export { driftEvidence, type DriftEvidence, type DriftOptions, type DriftPoint } from './drift-detector.js';
export {
  coveragePoints,
  DRIFT_BUDGET,
  featurePoints,
  featureStreamHours,
  lossPoints,
  pitPoints,
  type ScoredForecast,
} from './drift-points.js';
export { volatilityPoints } from './volatility-surprise.js';
