import { z } from 'zod';
import { ForecastHistoryReply, ForecastId, ForecastsReply, ScoredForecastReply } from '../forecasts.js';
import { PerformanceReply, Window } from '../performance.js';
import { EpochMs, Horizon, InstrumentId } from '../primitives.js';
import type { RpcMessage } from './message.js';

/** Calls that prediction answers. */
export const predictionRpc = {
  latestForecasts: {
    service: 'prediction',
    name: 'prediction.latest_forecasts',
    request: z.object({ instrument: InstrumentId, horizons: z.array(Horizon).min(1) }),
    reply: ForecastsReply,
    idempotent: true,
  },
  forecastHistory: {
    service: 'prediction',
    name: 'prediction.forecast_history',
    request: z.object({
      instrument: InstrumentId,
      horizon: Horizon,
      from: EpochMs.optional(),
      to: EpochMs.optional(),
      limit: z.number().int().min(1).max(1000),
      cursor: z.string().optional(),
    }),
    reply: ForecastHistoryReply,
    idempotent: true,
  },
  forecastById: {
    service: 'prediction',
    name: 'prediction.forecast_by_id',
    request: z.object({ id: ForecastId }),
    reply: ScoredForecastReply,
    idempotent: true,
  },
  performance: {
    service: 'prediction',
    name: 'prediction.performance',
    request: z.object({ instrument: InstrumentId, horizon: Horizon, window: Window }),
    reply: PerformanceReply,
    idempotent: true,
  },
} as const satisfies Record<string, RpcMessage>;
