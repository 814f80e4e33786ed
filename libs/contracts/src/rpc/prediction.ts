import { z } from 'zod';
import { BacktestReply, BacktestRequest, BacktestsReply } from '../backtests.js';
import { ForecastHistoryReply, ForecastId, ForecastsReply, ScoredForecastReply } from '../forecasts.js';
import { PerformanceReply, Window } from '../performance.js';
import {
  AliasHistoryReply,
  AliasMoveReply,
  ModelGraphReply,
  ModelName,
  ModelReply,
  ModelStatus,
  ModelsReply,
  PromoteRequest,
  RollbackRequest,
  UploadModelRequest,
} from '../models.js';
import { ProbabilityReply } from '../probability.js';
import { ReproductionReply } from '../reproduction.js';
import { TrackRecordProof, TrackRecordReply } from '../track-record.js';
import { Asker, Limits } from '../grants.js';
import { PageQuery } from '../paging.js';
import { EpochMs, Horizon, InstrumentId } from '../primitives.js';
import type { RpcMessage } from './message.js';

const modelKey = z.object({ name: ModelName, version: z.number().int().positive() });
const actor = z.string().max(100).describe('Who asks, for the record: a key by its id');
/** As the edge has parsed it: instants are ms. */
const StartBacktest = z.object({
  instrument: InstrumentId,
  from: EpochMs,
  to: EpochMs,
  every: z.string(),
  horizons: z.array(Horizon).min(1),
  model: z.string(),
  refit: BacktestRequest.shape.refit.unwrap(),
});

/** Calls that prediction answers. */
export const predictionRpc = {
  latestForecasts: {
    service: 'prediction',
    name: 'prediction.latest_forecasts',
    request: z.object({
      instrument: InstrumentId,
      horizons: z.array(Horizon).min(1),
      levels: z.array(z.number().gt(0).lt(1)).optional(),
      /** Where the caller falls in [0, 1): below the canary's share the challenger answers. */
      bucket: z.number().min(0).lt(1).optional(),
    }),
    reply: ForecastsReply.extend({
      /** Share of clients that a canary answers at this origin; those asked for by a bucket below it. Null: none. */
      canaryShare: z.number().min(0).max(1).nullable().default(null),
    }),
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
    request: z.object({ id: ForecastId, limits: Limits }),
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
  probability: {
    service: 'prediction',
    name: 'prediction.probability',
    request: z.object({
      instrument: InstrumentId,
      horizon: Horizon,
      kind: z.enum(['above', 'below', 'between']),
      low: z.number().positive().nullable(),
      high: z.number().positive().nullable(),
      /** As of latestForecasts. */
      bucket: z.number().min(0).lt(1).optional(),
    }),
    reply: ProbabilityReply,
    idempotent: true,
  },
  reproduce: {
    service: 'prediction',
    name: 'prediction.reproduce',
    request: z.object({ id: ForecastId, limits: Limits }),
    reply: ReproductionReply,
    idempotent: true,
  },
  listModels: {
    service: 'prediction',
    name: 'prediction.list_models',
    request: PageQuery.extend({ status: ModelStatus.optional() }),
    reply: ModelsReply,
    idempotent: true,
  },
  findModel: {
    service: 'prediction',
    name: 'prediction.find_model',
    /** The tests of drift are made anew for each question: not for whoever shows none of them. */
    request: modelKey.extend({ drift: z.boolean().default(true) }),
    reply: ModelReply,
    idempotent: true,
  },
  modelGraph: {
    service: 'prediction',
    name: 'prediction.model_graph',
    request: modelKey,
    reply: ModelGraphReply,
    idempotent: true,
  },
  aliasHistory: {
    service: 'prediction',
    name: 'prediction.alias_history',
    request: PageQuery.extend({ instrument: InstrumentId }),
    reply: AliasHistoryReply,
    idempotent: true,
  },
  uploadModel: {
    service: 'prediction',
    name: 'prediction.upload_model',
    request: UploadModelRequest.extend({ actor }),
    reply: ModelReply,
    idempotent: false,
  },
  promoteModel: {
    service: 'prediction',
    name: 'prediction.promote_model',
    request: PromoteRequest.extend({ ...modelKey.shape, actor }),
    reply: AliasMoveReply,
    idempotent: false,
  },
  rollBackModel: {
    service: 'prediction',
    name: 'prediction.roll_back_model',
    request: RollbackRequest.extend({ ...modelKey.shape, actor }),
    reply: AliasMoveReply,
    idempotent: false,
  },
  trackRecord: {
    service: 'prediction',
    name: 'prediction.track_record',
    request: z.object({ after: z.number().int().nonnegative(), limit: z.number().int().min(1).max(1000) }),
    reply: TrackRecordReply,
    idempotent: true,
  },
  trackRecordProof: {
    service: 'prediction',
    name: 'prediction.track_record_proof',
    request: z.object({ id: ForecastId, limits: Limits }),
    reply: TrackRecordProof,
    idempotent: true,
  },
  startBacktest: {
    service: 'prediction',
    name: 'prediction.start_backtest',
    request: z.object({ request: StartBacktest, asker: Asker, actor }),
    reply: BacktestReply,
    idempotent: false,
  },
  findBacktest: {
    service: 'prediction',
    name: 'prediction.find_backtest',
    request: z.object({ id: z.uuid(), asker: Asker }),
    reply: BacktestReply,
    idempotent: true,
  },
  listBacktests: {
    service: 'prediction',
    name: 'prediction.list_backtests',
    request: PageQuery.extend({ asker: Asker }),
    reply: BacktestsReply,
    idempotent: true,
  },
  cancelBacktest: {
    service: 'prediction',
    name: 'prediction.cancel_backtest',
    request: z.object({ id: z.uuid(), asker: Asker }),
    reply: BacktestReply,
    idempotent: true,
  },
} as const satisfies Record<string, RpcMessage>;
