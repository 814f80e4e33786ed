import type { HourlyWindow } from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import { closeBefore } from './backtest-origins.js';
import type { ForecastRow } from './forecast-row.js';

export interface CsvQuestion {
  readonly history: HourlyWindow;
  /** ms, shape [n]. */
  readonly origins: readonly number[];
  /** Shape [H]. */
  readonly horizonsHours: readonly number[];
  /** Shape [n]. */
  readonly rows: readonly ForecastRow[];
}

export const CSV_HEADER = ['origin_ms', 'horizon_h', ...HAR_LEVELS.map((level) => `q${level}`)].join();

/**
 * Forecasts as lines of CSV, header first: one line per origin and horizon, with prices: close at the origin times
 * exp(log-return quantile), in the shortest decimals that read back as the same double. An origin without a forecast
 * has no line.
 */
export function* forecastCsv({ history, origins, horizonsHours, rows }: CsvQuestion): Generator<string> {
  yield CSV_HEADER;
  for (const [i, origin] of origins.entries()) {
    const price = closeBefore(history, origin);
    for (const [h, quantiles] of (rows[i] ?? []).entries()) {
      const prices = quantiles.map((logReturn) => price * Math.exp(logReturn));
      yield [origin, horizonsHours[h], ...prices].join();
    }
  }
}
