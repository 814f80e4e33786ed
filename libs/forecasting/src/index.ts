export { type LoadedModel, type RawAnswer } from './loaded-model.js';
export {
  isFailure,
  type HorizonForecast,
  type OriginFailure,
  type OriginForecast,
} from './origin-forecast.js';
export { forecastOrigins, type ForecastOptions } from './forecast-origins.js';
export { RawMemory } from './raw-memory.js';
export { slotsNeeded } from './slots-needed.js';
