import type { ForecastEntity } from '@btcforecast/database';

/** A forecast that is not stored yet; whether it becomes the canonical one is decided by the database. */
export type NewForecast = Omit<ForecastEntity, 'canonical' | 'recordedAt'>;
