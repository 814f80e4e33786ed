export { FeedSettings } from './feed-settings.js';
export { forecastId, type ForecastIdentity } from './forecasts/forecast-id.js';
export { timelinessOf } from './forecasts/timeliness.js';
export {
  ForecastRepository,
  type LatestOptions,
  type StoreOutcome,
} from './forecasts/forecast.repository.js';
export {
  ForecastMaker,
  MAX_BATCH,
  type FailedOrigin,
  type MadeForecast,
} from './forecasts/forecast-maker.service.js';
export {
  ForecastIssuer,
  type ChallengerFailure,
  type IssueReport,
} from './forecasts/forecast-issuer.service.js';
export {
  ForecastPublisher,
  type IssuedForecast,
  type ReadyForecasts,
} from './forecasts/forecast-publisher.service.js';
export {
  ForecastCatchUp,
  type CatchUpReport,
  type CatchUpScope,
} from './forecasts/forecast-catch-up.service.js';
export {
  ForecastQueries,
  type LatestAnswer,
  type HistoryQuestion,
  type LatestQuestion,
  type ProbabilityQuestion,
} from './forecasts/forecast-queries.service.js';
export { ForecastJournal, type JournalOptions } from './journal/forecast-journal.js';
export { JournalReplay, type JournalWatch } from './journal/journal-replay.js';
export type { JournaledForecasts } from './journal/journal-line.js';
export { JournaledForecastRepository } from './journal/journaled-forecast.repository.js';
export { cutOffForecasting } from './cut-off/cut-off-forecasting.js';
export { RegionForecasting, type CutOff } from './cut-off/region-forecasting.js';
export { StandingRepository } from './standing/standing.repository.js';
export { StandingService } from './standing/standing.service.js';
export { DriftDataRepository } from './drift/drift-data.repository.js';
export { DriftEvaluator, type DriftFinding, type DriftReport } from './drift/drift-evaluator.service.js';
export { DriftQueries } from './drift/drift-queries.service.js';
export { DriftSignalRepository, type DriftScope } from './drift/drift-signal.repository.js';
export { DriftWatch, type DriftWatchResult } from './drift/drift-watch.service.js';
export { PerformanceRepository } from './performance/performance.repository.js';
export { PerformanceService } from './performance/performance.service.js';
export { ScoreRepository } from './scores/score.repository.js';
export { ScoreService, VOID_AFTER_MS, type ScoreResult } from './scores/score.service.js';
export { ModelVersionRepository, type RegisteredFiles } from './models/model-version.repository.js';
export {
  parseModelReference,
  readModelFiles,
  type ModelFiles,
  type ModelReference,
} from './models/model-files.js';
export { OnnxModel } from './models/onnx-model.js';
export { ModelStore, type ModelStoreOptions, type OriginGroup } from './models/model-store.js';
export { ModelRecords } from './models/model-records.js';
export type { Assignment } from './models/alias-schedule.js';
export type { ModelWatch } from './models/model-watch.js';
export type { Runtime } from './models/runtime.js';
export { CandidateService, type CandidateResult } from './models/candidate.service.js';
export { CandidateTrainer } from './models/candidate-trainer.js';
export { ChampionEnv } from './models/champion.env.js';
export { ChampionSettings } from './models/champion-settings.js';
export { ConfiguredChampion } from './models/configured-champion.js';
export { referenceText, type AliasHolder, type AliasMove } from './registry/alias-move.js';
export { AliasRepository, type NewAliasMove } from './registry/alias.repository.js';
export {
  AliasService,
  type AliasHolders,
  type ClearRequest,
  type ModelMoveRequest,
  type MoveRequest,
  type PromotionRequest,
} from './registry/alias.service.js';
export {
  ModelEvaluationRepository,
  type EvaluationScope,
  type NewEvaluation,
} from './registry/model-evaluation.repository.js';
export { PromotionRules } from './registry/promotion-rules.js';
export { openModel } from './registry/open-model.js';
export { RegistryService, type NewModel, type Registration } from './registry/registry.service.js';
export { technicalCheckProvider } from './registry/technical-check.provider.js';
export { MlflowMirror, type MirrorResult } from './mlflow/mlflow-mirror.service.js';
export { TrackRecordKeyFile } from './track-record/track-record-key.file.js';
export { trackRecordKeys, TrackRecordTransitEnv } from './track-record/track-record-keys.env.js';
export {
  TrackRecordService,
  type TrackRecordProgress,
  type TrackRecordState,
} from './track-record/track-record.service.js';
export { TrackRecordQueries } from './track-record/track-record-queries.service.js';
export { CandidateGate, type GateQuestion, type GateResult } from './lifecycle/candidate-gate.service.js';
export { HistoryReader } from './lifecycle/history.reader.js';
export { RolloutScoresRepository } from './lifecycle/rollout-scores.repository.js';
export { RolloutStateReader } from './lifecycle/rollout-state.reader.js';
export { RolloutRepository } from './lifecycle/rollout.repository.js';
export { RolloutService, type RolloutStep } from './lifecycle/rollout.service.js';
export { WalkForwardRunner } from './lifecycle/walk-forward-runner.js';
export { CurrentAliases } from './registry/current-aliases.js';
export { ModelQueries } from './registry/model-queries.service.js';
export { aliasMoveReply } from './registry/model-reply.js';
export { ReproductionService } from './reproduction/reproduction.service.js';
export { BacktestData } from './backtests/backtest-data.js';
export { BacktestJob, type BacktestJobResult } from './backtests/backtest-job.service.js';
export { BacktestQueue } from './backtests/backtest-queue.js';
export { BacktestRepository } from './backtests/backtest.repository.js';
export { BacktestRunner } from './backtests/backtest-runner.js';
export { BacktestService } from './backtests/backtest.service.js';
export { BacktestSubjects } from './backtests/backtest-subjects.js';
export type { GraphModel } from './inference/graph-model.js';
export { InferenceLoadRepository } from './inference/inference-load.repository.js';
export { InferenceRecords } from './inference/inference-records.js';
export { InferenceService, type Answers } from './inference/inference.service.js';
export type { InferenceWatch, RunReport } from './inference/inference-watch.js';
export { ServedModels } from './inference/served-models.js';
