import { BASELINES } from '@btcforecast/contracts';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastId } from '../src/forecasts/forecast-id.js';
import type { NewForecast } from '../src/forecasts/new-forecast.js';
import { timelinessOf } from '../src/forecasts/timeliness.js';

export const QUANTILES = [-0.03, -0.02, -0.01, 0.001, 0.012, 0.021, 0.033];

export interface RowOptions extends Partial<NewForecast> {
  /** ms; default 2025-01-01. */
  readonly origin?: number;
}

/** A sound forecast of 2025-01-01, one hour ahead, but for what is given; all that follows from it is derived. */
export function forecastRow({ origin = Date.UTC(2025, 0, 1), ...given }: RowOptions = {}): NewForecast {
  const { horizonHours = 1, venue = 'test-venue', features = [0.25, -1, origin / 1e12] } = given;
  const { issuedAt = new Date(origin + 1_000), instrument = 'BTC-USD' } = given;
  const model = { modelName: 'har', modelVersion: 1 };
  return {
    id: forecastId({ instrument, venue, originAt: origin, horizonHours, ...model, features }),
    feed: 'live',
    source: 'live',
    instrument,
    venue,
    originAt: new Date(origin),
    horizonHours,
    targetAt: new Date(origin + horizonHours * HOUR_MS),
    ...model,
    price: 100,
    logReturnQuantiles: QUANTILES,
    probabilityUp: 0.52,
    volatility: 0.02,
    features,
    baselines: Object.fromEntries(
      BASELINES.map((name, i) => [name, QUANTILES.map((q) => q * (1.1 + 0.1 * i))]),
    ),
    issuedAt,
    timeliness: timelinessOf(issuedAt.getTime(), origin, horizonHours),
    inSample: false,
    role: 'champion',
    region: 'test',
    runtime: { onnxruntime: '0', cpu: 'test', node: 'test' },
    ...given,
  };
}
