export { DAY_MS, HOUR_MS, MINUTE_MS, type Candle } from './candle.js';
export { InsufficientHistoryError } from './insufficient-history.error.js';
export { hourlyWindow, presentSlots, sliceWindow, slotIndex, type HourlyWindow } from './hourly-window.js';
export { validateCandle } from './validate-candle.js';
export { RESAMPLE_INTERVAL_MS, resample, type ResampleInterval } from './resample.js';
export {
  FEATURE_NAMES,
  featureSeries,
  harFeatures,
  harStateAt,
  MIN_PRESENT_LAST_WEEK,
  MIN_PRESENT_SLOTS,
  WINDOW_SLOTS,
  type FeatureSeries,
  type HarState,
} from './har-features.js';
export { barVariance } from './bar-variance.js';
export { hourOfWeek, relativeVolatility, seasonOver, WEEK_HOURS, weekSeason } from './week-season.js';
export { empiricalQuantiles } from './empirical-quantiles.js';
export { meanPinball, pinballLoss } from './pinball-loss.js';
export { crpsFromQuantiles } from './crps.js';
export { directionHit, intervalCovers } from './interval-coverage.js';
export { cdfAt, probabilityUp, quantileAt, type QuantileCurve } from './quantile-curve.js';
export { blockBootstrap, type BlockBootstrap, type BlockBootstrapOptions } from './block-bootstrap.js';
export { BASELINE_NAMES, baselineQuantiles, type BaselineName, type BaselineQuantiles } from './baselines.js';
export { RollingReturnQuantiles } from './rolling-return-quantiles.js';
export { trailingReturnQuantiles } from './uncond-1y.js';
