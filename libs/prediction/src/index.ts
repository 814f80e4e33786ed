export { FeedSettings } from './feed-settings.js';
export { SerialRunner } from './serial-runner.js';
export { forecastId, type ForecastIdentity } from './forecasts/forecast-id.js';
export { timelinessOf } from './forecasts/timeliness.js';
export { ForecastRepository, type StoreOutcome } from './forecasts/forecast.repository.js';
export {
  ForecastMaker,
  MAX_BATCH,
  type FailedOrigin,
  type MadeForecast,
} from './forecasts/forecast-maker.service.js';
export {
  ForecastIssuer,
  type IssuedForecast,
  type IssueReport,
} from './forecasts/forecast-issuer.service.js';
export {
  ForecastCatchUp,
  type CatchUpReport,
  type CatchUpScope,
} from './forecasts/forecast-catch-up.service.js';
export { ForecastQueries, type HistoryQuestion } from './forecasts/forecast-queries.service.js';
export { PerformanceRepository } from './performance/performance.repository.js';
export { PerformanceService } from './performance/performance.service.js';
export { ScoreRepository } from './scores/score.repository.js';
export { ScoreService, VOID_AFTER_MS, type ScoreResult } from './scores/score.service.js';
export { ModelVersionRepository } from './models/model-version.repository.js';
export {
  parseModelReference,
  readModelFiles,
  type ModelFiles,
  type ModelReference,
} from './models/model-files.js';
export { OnnxModel, type ModelAnswer } from './models/onnx-model.js';
export { ModelStore, type ModelStoreOptions, type Runtime } from './models/model-store.js';
export { CandidateService, type CandidateResult } from './models/candidate.service.js';
export { CandidateTrainer } from './models/candidate-trainer.js';
