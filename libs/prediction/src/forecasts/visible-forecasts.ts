import { HORIZON_HOURS, type Limits } from '@btcforecast/contracts';
import type { ForecastEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { type FindOptionsWhere, In } from 'typeorm';

/** Forecasts that whoever asks may ask about. */
export function visibleForecasts({ instruments, horizons }: Limits): FindOptionsWhere<ForecastEntity> {
  return {
    ...(instruments && { instrument: In(instruments) }),
    ...(horizons && { horizonHours: In(horizons.map((horizon) => HORIZON_HOURS[horizon])) }),
  };
}

/** Of a forecast that is not there, or not for whoever asks: one cannot be told from the other. */
export function forecastNotFound(id: string): AppError {
  return new AppError('caller', 'forecast.not_found', `no forecast has the id ${id}; check it`, { id });
}
