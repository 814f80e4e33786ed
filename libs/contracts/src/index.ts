export {
  DEFAULT_INSTRUMENT,
  EpochMs,
  HORIZONS,
  HORIZON_HOURS,
  Horizon,
  INTERVALS,
  INTERVAL_MS,
  Instant,
  InstantInput,
  InstrumentId,
  InstrumentList,
  Interval,
  QUANTILE_KEYS,
  QUANTILE_LEVELS,
  Source,
  horizonOfHours,
} from './primitives.js';
export {
  Candle,
  CandleReply,
  CandlesQuery,
  CandlesReply,
  GapReply,
  InstrumentReply,
  InstrumentsReply,
} from './candles.js';
export {
  ForecastHistoryQuery,
  ForecastHistoryReply,
  ForecastId,
  ForecastReply,
  ForecastsReply,
  LatestForecastQuery,
  LatestForecastReply,
  LevelQuantile,
  OutcomeReply,
  Quantiles,
  ScoredForecastReply,
  Timeliness,
} from './forecasts.js';
export {
  BASELINES,
  BaselineName,
  BaselineScore,
  PerformanceQuery,
  PerformanceReply,
  WINDOWS,
  Window,
} from './performance.js';
export {
  AUDIT_OUTCOMES,
  AuditBody,
  AuditEntryReply,
  AuditExportEnd,
  AuditExportEntry,
  AuditExportQuery,
  AuditOutcome,
  AuditQuery,
  AuditReply,
} from './audit.js';
export { Cursor, nextPage, PageQuery } from './paging.js';
export { GRADES, Grade, Standing } from './calibration.js';
export { ProbabilityQuery, ProbabilityReply } from './probability.js';
export { ReproductionReply } from './reproduction.js';
export {
  ALIASES,
  Alias,
  AliasHistoryReply,
  AliasHolderReply,
  AliasMoveReply,
  DriftSignal,
  EVALUATION_KINDS,
  EvaluationCheck,
  EvaluationKind,
  EvaluationReply,
  MODEL_MAX_BYTES,
  MODEL_STATUSES,
  ModelGraphReply,
  ModelName,
  ModelReferenceText,
  ModelReply,
  ModelStatus,
  ModelSummary,
  ModelVersionNumber,
  ModelsReply,
  PromoteRequest,
  RollbackRequest,
  UploadModelRequest,
} from './models.js';
export {
  TRACK_RECORD_KINDS,
  TrackRecordEntry,
  TrackRecordKey,
  TrackRecordProof,
  TrackRecordQuery,
  TrackRecordReply,
  TrackRecordRoot,
} from './track-record.js';
export {
  BACKTEST_STATES,
  BacktestReply,
  BacktestRequest,
  BacktestResult,
  BacktestScore,
  BacktestsReply,
} from './backtests.js';
export {
  INFERENCE_DATATYPE,
  INFERENCE_MAX_BYTES,
  INFERENCE_MAX_ROWS,
  InferenceError,
  InferenceParameters,
  InferReply,
  InferRequest,
  ModelConfigReply,
  ModelLoadReply,
  ModelMetadataReply,
  ModelNamesReply,
  ModelReadyReply,
  ModelStatistics,
  ModelStatisticsReply,
  ModelUnloadReply,
  RepositoryIndexReply,
  RepositoryIndexRequest,
  RepositoryLoadRequest,
  RepositoryUnloadRequest,
  ServerLiveReply,
  ServerMetadataReply,
  ServerReadyReply,
  type StatisticDuration,
  type TensorMetadata,
} from './inference.js';
export {
  ForecastEvent,
  GapEvent,
  OutcomeEvent,
  PriceEvent,
  STREAM_TYPES,
  StreamClosing,
  StreamCursor,
  StreamEvent,
  StreamQuery,
  StreamReset,
  StreamTicketReply,
  StreamType,
  WsClosing,
  WsError,
  WsEvent,
  WsHeartbeat,
  WsMessage,
  WsPing,
  WsPong,
  WsQuery,
  WsRequest,
  WsReset,
  WsSubscribe,
  WsSubscribed,
  WsUnsubscribe,
  WsUnsubscribed,
} from './streams.js';
export {
  AlertCondition,
  AlertEvent,
  AlertHistoryReply,
  AlertId,
  AlertReply,
  AlertRequest,
  AlertsReply,
  AlertState,
  AlertTestReply,
  AlertTestRequest,
  AlertTransition,
  AlertUpdateRequest,
} from './alerts.js';
export {
  DELIVERY_STATES,
  WebhookDeliveriesQuery,
  WebhookDeliveriesReply,
  WebhookDeliveryDetailReply,
  WebhookDeliveryId,
  WebhookDeliveryReply,
  WebhookId,
  WebhookReplayReply,
  WebhookReplayRequest,
  WebhookReply,
  WebhookRequest,
  WebhookRotateRequest,
  WebhookSecretsReply,
  WebhooksReply,
  WebhookUpdateRequest,
} from './webhooks.js';
export {
  WEBHOOK_DATA,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_TEST_TYPE,
  WebhookEventType,
  type WebhookData,
} from './webhook-events.js';
export { Permission, PERMISSIONS, Role, ROLES, TenantId } from './access.js';
export {
  ChangeKeyRequest,
  CreateKeyRequest,
  KeyId,
  KeyReply,
  KeysReply,
  NewKeyReply,
  RotateKeyRequest,
} from './keys.js';
export {
  ChangePasswordRequest,
  IdentityReply,
  LoginRequest,
  SessionEndedReply,
  SessionId,
  SessionReply,
  SessionsReply,
  SessionSummary,
} from './sessions.js';
export {
  ChangeUserRequest,
  CreateUserRequest,
  Email,
  NewPassword,
  UserId,
  UserReply,
  UsersReply,
} from './users.js';
export { Asker, Limits, NO_LIMITS, TenantPageQuery, TenantQuery } from './grants.js';
export { ChangeTenantRequest, CreateTenantRequest, TenantReply, TenantsReply } from './tenants.js';
export { describeIssues, issueWords } from './issue-words.js';
export { ERROR_CODES, ErrorCode, Problem } from './problem.js';
export { EVENTS, type EventName, type EventOf } from './events.js';
export { JOBS, QUEUES, type JobName, type JobPayload, type QueueName } from './jobs.js';
export { UsageQuery, UsageReply } from './usage.js';
export {
  RPC_CANCEL,
  RPC_SERVICES,
  RpcAnswer,
  RpcCancel,
  RpcEnvelope,
  type RpcMessage,
  type RpcService,
} from './rpc/message.js';
export { marketDataRpc } from './rpc/market-data.js';
export { predictionRpc } from './rpc/prediction.js';
export { InferenceAnswer, InferenceCall, InferenceModel, inferenceRpc } from './rpc/inference.js';
export {
  ChangeOAuthClientRequest,
  CreateOAuthClientRequest,
  NewOAuthClientReply,
  OAUTH_AUTH_METHODS,
  OAuthAuthMethod,
  OAuthClientId,
  OAuthClientReply,
  OAuthClientsReply,
  PublicJwk,
  RotateOAuthClientRequest,
} from './oauth.js';
export { JwksReply, OAuthErrorReply, OAuthMetadataReply, TokenReply, TokenRequest } from './oauth-token.js';
export {
  CreateSigningKeyRequest,
  NewSigningKeyReply,
  SigningKeyId,
  SigningKeyReply,
  SigningKeysReply,
} from './signing-keys.js';
