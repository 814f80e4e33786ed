// Made from openapi/gateway.json by npm run api:generate; change the API instead.
import type * as t from './types.js';

/** How each operation is asked for. */
export const OPERATIONS = {
  directoryList: {
    method: 'GET',
    path: '/.well-known/http-message-signatures-directory',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  wellKnownJwks: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  wellKnownMetadata: {
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  healthLive: {
    method: 'GET',
    path: '/health/live',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  healthReady: {
    method: 'GET',
    path: '/health/ready',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  tokenIssue: {
    method: 'POST',
    path: '/oauth/token',
    body: 'application/x-www-form-urlencoded',
    reply: 'application/json',
    idempotent: false,
  },
  alertList: { method: 'GET', path: '/v1/alerts', body: null, reply: 'application/json', idempotent: false },
  alertCreate: {
    method: 'POST',
    path: '/v1/alerts',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  alertTest: {
    method: 'POST',
    path: '/v1/alerts/test',
    body: 'application/json',
    reply: 'application/json',
    idempotent: false,
  },
  alertFind: {
    method: 'GET',
    path: '/v1/alerts/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  alertUpdate: {
    method: 'PATCH',
    path: '/v1/alerts/{id}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  alertRemove: {
    method: 'DELETE',
    path: '/v1/alerts/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  alertHistory: {
    method: 'GET',
    path: '/v1/alerts/{id}/history',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  auditList: { method: 'GET', path: '/v1/audit', body: null, reply: 'application/json', idempotent: false },
  auditExport: {
    method: 'GET',
    path: '/v1/audit/export',
    body: null,
    reply: 'application/x-ndjson',
    idempotent: false,
  },
  backtestList: {
    method: 'GET',
    path: '/v1/backtests',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  backtestStart: {
    method: 'POST',
    path: '/v1/backtests',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  backtestFind: {
    method: 'GET',
    path: '/v1/backtests/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  backtestCancel: {
    method: 'DELETE',
    path: '/v1/backtests/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  forecastById: {
    method: 'GET',
    path: '/v1/forecasts/by-id/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  forecastReproduce: {
    method: 'POST',
    path: '/v1/forecasts/by-id/{id}/reproduce',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  forecastLatest: {
    method: 'GET',
    path: '/v1/forecasts/{instrument}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  forecastHistory: {
    method: 'GET',
    path: '/v1/forecasts/{instrument}/history',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  forecastProbability: {
    method: 'GET',
    path: '/v1/forecasts/{instrument}/probability',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  sessionIdentity: {
    method: 'GET',
    path: '/v1/identity',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  instrumentList: {
    method: 'GET',
    path: '/v1/instruments',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  instrumentCandles: {
    method: 'GET',
    path: '/v1/instruments/{id}/candles',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  keyList: { method: 'GET', path: '/v1/keys', body: null, reply: 'application/json', idempotent: false },
  keyCreate: {
    method: 'POST',
    path: '/v1/keys',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  keyGet: { method: 'GET', path: '/v1/keys/{id}', body: null, reply: 'application/json', idempotent: false },
  keyChange: {
    method: 'PATCH',
    path: '/v1/keys/{id}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  keyRevoke: {
    method: 'DELETE',
    path: '/v1/keys/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  keyRotate: {
    method: 'POST',
    path: '/v1/keys/{id}/rotate',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  signingKeyList: {
    method: 'GET',
    path: '/v1/keys/{id}/signing-keys',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  signingKeyCreate: {
    method: 'POST',
    path: '/v1/keys/{id}/signing-keys',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  signingKeyRevoke: {
    method: 'DELETE',
    path: '/v1/keys/{id}/signing-keys/{signingKey}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  modelList: { method: 'GET', path: '/v1/models', body: null, reply: 'application/json', idempotent: false },
  modelUpload: {
    method: 'POST',
    path: '/v1/models',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  modelAliases: {
    method: 'GET',
    path: '/v1/models/aliases/{instrument}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelFind: {
    method: 'GET',
    path: '/v1/models/{name}/{version}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelCard: {
    method: 'GET',
    path: '/v1/models/{name}/{version}/card',
    body: null,
    reply: 'text/markdown',
    idempotent: false,
  },
  modelGraph: {
    method: 'GET',
    path: '/v1/models/{name}/{version}/graph',
    body: null,
    reply: 'application/octet-stream',
    idempotent: false,
  },
  modelPromote: {
    method: 'POST',
    path: '/v1/models/{name}/{version}/promote',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  modelRollBack: {
    method: 'POST',
    path: '/v1/models/{name}/{version}/rollback',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  oAuthClientList: {
    method: 'GET',
    path: '/v1/oauth-clients',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  oAuthClientCreate: {
    method: 'POST',
    path: '/v1/oauth-clients',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  oAuthClientGet: {
    method: 'GET',
    path: '/v1/oauth-clients/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  oAuthClientChange: {
    method: 'PATCH',
    path: '/v1/oauth-clients/{id}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  oAuthClientRevoke: {
    method: 'DELETE',
    path: '/v1/oauth-clients/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  oAuthClientRotate: {
    method: 'POST',
    path: '/v1/oauth-clients/{id}/rotate',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  performanceGet: {
    method: 'GET',
    path: '/v1/performance/{instrument}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  sessionCurrent: {
    method: 'GET',
    path: '/v1/session',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  sessionLogin: {
    method: 'POST',
    path: '/v1/session',
    body: 'application/json',
    reply: 'application/json',
    idempotent: false,
  },
  sessionLogout: {
    method: 'DELETE',
    path: '/v1/session',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  sessionChangePassword: {
    method: 'POST',
    path: '/v1/session/password',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  sessionList: {
    method: 'GET',
    path: '/v1/sessions',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  sessionEnd: {
    method: 'DELETE',
    path: '/v1/sessions/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  streamOpen: {
    method: 'GET',
    path: '/v1/stream',
    body: null,
    reply: 'text/event-stream',
    idempotent: false,
  },
  streamTickets: {
    method: 'POST',
    path: '/v1/stream/tickets',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  tenantList: {
    method: 'GET',
    path: '/v1/tenants',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  tenantCreate: {
    method: 'POST',
    path: '/v1/tenants',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  tenantGet: {
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  tenantChange: {
    method: 'PATCH',
    path: '/v1/tenants/{tenant}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  trackRecordPage: {
    method: 'GET',
    path: '/v1/track-record',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  trackRecordProof: {
    method: 'GET',
    path: '/v1/track-record/proof/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  usageUsage: { method: 'GET', path: '/v1/usage', body: null, reply: 'application/json', idempotent: false },
  userList: { method: 'GET', path: '/v1/users', body: null, reply: 'application/json', idempotent: false },
  userCreate: {
    method: 'POST',
    path: '/v1/users',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  userGet: {
    method: 'GET',
    path: '/v1/users/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  userChange: {
    method: 'PATCH',
    path: '/v1/users/{id}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  userRemove: {
    method: 'DELETE',
    path: '/v1/users/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  webhookList: {
    method: 'GET',
    path: '/v1/webhooks',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  webhookCreate: {
    method: 'POST',
    path: '/v1/webhooks',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  webhookFind: {
    method: 'GET',
    path: '/v1/webhooks/{id}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  webhookUpdate: {
    method: 'PATCH',
    path: '/v1/webhooks/{id}',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  webhookRemove: {
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  deliveryList: {
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  deliveryFind: {
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries/{delivery}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  deliveryReplayOne: {
    method: 'POST',
    path: '/v1/webhooks/{id}/deliveries/{delivery}/replay',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  deliveryReplayRange: {
    method: 'POST',
    path: '/v1/webhooks/{id}/replay',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  webhookShowSecrets: {
    method: 'GET',
    path: '/v1/webhooks/{id}/secrets',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  webhookRotate: {
    method: 'POST',
    path: '/v1/webhooks/{id}/secrets/rotate',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  deliveryTest: {
    method: 'POST',
    path: '/v1/webhooks/{id}/test',
    body: null,
    reply: 'application/json',
    idempotent: true,
  },
  serverMetadata: { method: 'GET', path: '/v2', body: null, reply: 'application/json', idempotent: false },
  serverLive: {
    method: 'GET',
    path: '/v2/health/live',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  serverReady: {
    method: 'GET',
    path: '/v2/health/ready',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataNames: {
    method: 'GET',
    path: '/v2/models',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataAllStatistics: {
    method: 'GET',
    path: '/v2/models/stats',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataMetadata: {
    method: 'GET',
    path: '/v2/models/{model}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataConfig: {
    method: 'GET',
    path: '/v2/models/{model}/config',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  inferInfer: {
    method: 'POST',
    path: '/v2/models/{model}/infer',
    body: 'application/json',
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataReady: {
    method: 'GET',
    path: '/v2/models/{model}/ready',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataStatistics: {
    method: 'GET',
    path: '/v2/models/{model}/stats',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataMetadataOfVersion: {
    method: 'GET',
    path: '/v2/models/{model}/versions/{version}',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataConfigOfVersion: {
    method: 'GET',
    path: '/v2/models/{model}/versions/{version}/config',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  inferInferOfVersion: {
    method: 'POST',
    path: '/v2/models/{model}/versions/{version}/infer',
    body: 'application/json',
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataReadyOfVersion: {
    method: 'GET',
    path: '/v2/models/{model}/versions/{version}/ready',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  modelMetadataStatisticsOfVersion: {
    method: 'GET',
    path: '/v2/models/{model}/versions/{version}/stats',
    body: null,
    reply: 'application/json',
    idempotent: false,
  },
  repositoryIndex: {
    method: 'POST',
    path: '/v2/repository/index',
    body: 'application/json',
    reply: 'application/json',
    idempotent: false,
  },
  repositoryLoad: {
    method: 'POST',
    path: '/v2/repository/models/{model}/load',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
  repositoryUnload: {
    method: 'POST',
    path: '/v2/repository/models/{model}/unload',
    body: 'application/json',
    reply: 'application/json',
    idempotent: true,
  },
} as const;

/** What each operation takes and answers. */
export interface Operations {
  /** The public keys that verify signed replies */
  directoryList: { request: t.DirectoryListData; reply: t.DirectoryListResponse };
  /** The public keys that verify access tokens */
  wellKnownJwks: { request: t.WellKnownJwksData; reply: t.WellKnownJwksResponse };
  /** What an OAuth client has to know about this server */
  wellKnownMetadata: { request: t.WellKnownMetadataData; reply: t.WellKnownMetadataResponse };
  /** Whether the process runs at all; needs no key */
  healthLive: { request: t.HealthLiveData; reply: t.HealthLiveResponse };
  /** Whether it should get requests; needs no key */
  healthReady: { request: t.HealthReadyData; reply: t.HealthReadyResponse };
  /** An access token for a client: the client credentials grant of OAuth 2.0 */
  tokenIssue: { request: t.TokenIssueData; reply: t.TokenIssueResponse };
  /** Your rules and how they stand */
  alertList: { request: t.AlertListData; reply: t.AlertListResponse };
  /** Adds a rule; when it fires, endpoints that ask for alert.fired are told */
  alertCreate: { request: t.AlertCreateData; reply: t.AlertCreateResponse };
  /** Says when a rule would have fired; nothing is kept */
  alertTest: { request: t.AlertTestData; reply: t.AlertTestResponse };
  /** One rule */
  alertFind: { request: t.AlertFindData; reply: t.AlertFindResponse };
  /** Changes a rule; if more than its name changes it begins anew */
  alertUpdate: { request: t.AlertUpdateData; reply: t.AlertUpdateResponse };
  /** Deletes a rule and its history; answers with what it was */
  alertRemove: { request: t.AlertRemoveData; reply: t.AlertRemoveResponse };
  /** When a rule fired and was over */
  alertHistory: { request: t.AlertHistoryData; reply: t.AlertHistoryResponse };
  /** Who changed what, and who was refused: own entries, an admin sees all */
  auditList: { request: t.AuditListData; reply: t.AuditListResponse };
  /** The chain, one JSON object a line, to be checked with btcf audit verify */
  auditExport: { request: t.AuditExportData; reply: t.AuditExportResponse };
  /** Backtests that were asked for, newest first */
  backtestList: { request: t.BacktestListData; reply: t.BacktestListResponse };
  /** Asks for a backtest over the stored candles; it runs by itself */
  backtestStart: { request: t.BacktestStartData; reply: t.BacktestStartResponse };
  /** How far a backtest is, and its result once it is done */
  backtestFind: { request: t.BacktestFindData; reply: t.BacktestFindResponse };
  /** Cancels a backtest that waits or runs; its record stays */
  backtestCancel: { request: t.BacktestCancelData; reply: t.BacktestCancelResponse };
  /** One forecast by its id, with its outcome once it has matured */
  forecastById: { request: t.ForecastByIdData; reply: t.ForecastByIdResponse };
  /** Computes a stored forecast anew from the stored candles and the stored model */
  forecastReproduce: { request: t.ForecastReproduceData; reply: t.ForecastReproduceResponse };
  /** The newest forecast: one horizon gives the forecast itself, several a list in the order asked */
  forecastLatest: { request: t.ForecastLatestData; reply: t.ForecastLatestResponse };
  /** Past forecasts with their outcomes, newest origin first */
  forecastHistory: { request: t.ForecastHistoryData; reply: t.ForecastHistoryResponse };
  /** Probability of an event at the target, from the newest forecast */
  forecastProbability: { request: t.ForecastProbabilityData; reply: t.ForecastProbabilityResponse };
  /** Whose credentials these are, and what they may do */
  sessionIdentity: { request: t.SessionIdentityData; reply: t.SessionIdentityResponse };
  /** What can be forecast, and how fresh its candles are */
  instrumentList: { request: t.InstrumentListData; reply: t.InstrumentListResponse };
  /** Final candles, oldest first, and the gaps between them */
  instrumentCandles: { request: t.InstrumentCandlesData; reply: t.InstrumentCandlesResponse };
  /** The keys of a tenant, newest first */
  keyList: { request: t.KeyListData; reply: t.KeyListResponse };
  /** Makes a key; its text is shown this once */
  keyCreate: { request: t.KeyCreateData; reply: t.KeyCreateResponse };
  /** What a key may do, and when it was last used */
  keyGet: { request: t.KeyGetData; reply: t.KeyGetResponse };
  /** Changes what a key is called and what it may do; what is absent stays */
  keyChange: { request: t.KeyChangeData; reply: t.KeyChangeResponse };
  /** Revokes a key for good; its record stays */
  keyRevoke: { request: t.KeyRevokeData; reply: t.KeyRevokeResponse };
  /** Gives a key a new secret, shown this once; the old one goes on for a while */
  keyRotate: { request: t.KeyRotateData; reply: t.KeyRotateResponse };
  /** The keys that sign requests of an API key, newest first */
  signingKeyList: { request: t.SigningKeyListData; reply: t.SigningKeyListResponse };
  /** Makes a key that signs requests of an API key */
  signingKeyCreate: { request: t.SigningKeyCreateData; reply: t.SigningKeyCreateResponse };
  /** Revokes a key that signs requests, for good */
  signingKeyRevoke: { request: t.SigningKeyRevokeData; reply: t.SigningKeyRevokeResponse };
  /** Every version of every model, and what it is now */
  modelList: { request: t.ModelListData; reply: t.ModelListResponse };
  /** Checks a model of your own and takes it into the registry */
  modelUpload: { request: t.ModelUploadData; reply: t.ModelUploadResponse };
  /** Who holds which alias, and who moved it, when, why and on what evidence */
  modelAliases: { request: t.ModelAliasesData; reply: t.ModelAliasesResponse };
  /** The record of a version: what it is, what was found about it, what became of it */
  modelFind: { request: t.ModelFindData; reply: t.ModelFindResponse };
  /** The model card, generated from the record */
  modelCard: { request: t.ModelCardData; reply: t.ModelCardResponse };
  /** The ONNX graph, byte for byte */
  modelGraph: { request: t.ModelGraphData; reply: t.ModelGraphResponse };
  /** Makes a version champion or challenger, two candles ahead at the earliest */
  modelPromote: { request: t.ModelPromoteData; reply: t.ModelPromoteResponse };
  /** Takes the alias champion from a version and gives it back to its predecessor */
  modelRollBack: { request: t.ModelRollBackData; reply: t.ModelRollBackResponse };
  /** The OAuth clients of a tenant, newest first */
  oAuthClientList: { request: t.OAuthClientListData; reply: t.OAuthClientListResponse };
  /** Makes an OAuth client; its secret is shown this once */
  oAuthClientCreate: { request: t.OAuthClientCreateData; reply: t.OAuthClientCreateResponse };
  /** What an OAuth client may do, and when it last got a token */
  oAuthClientGet: { request: t.OAuthClientGetData; reply: t.OAuthClientGetResponse };
  /** Changes what an OAuth client may do, or its keys; what is absent stays */
  oAuthClientChange: { request: t.OAuthClientChangeData; reply: t.OAuthClientChangeResponse };
  /** Revokes an OAuth client and its tokens for good; its record stays */
  oAuthClientRevoke: { request: t.OAuthClientRevokeData; reply: t.OAuthClientRevokeResponse };
  /** Gives an OAuth client a new secret; the old one goes on for a while */
  oAuthClientRotate: { request: t.OAuthClientRotateData; reply: t.OAuthClientRotateResponse };
  /** How matured forecasts did, next to baselines that answered the same origins */
  performanceGet: { request: t.PerformanceGetData; reply: t.PerformanceGetResponse };
  /** Who is logged in, and the token that its pages send along */
  sessionCurrent: { request: t.SessionCurrentData; reply: t.SessionCurrentResponse };
  /** Logs a user in: sets the cookie of a new session; needs no key */
  sessionLogin: { request: t.SessionLoginData; reply: t.SessionLoginResponse };
  /** Logs out */
  sessionLogout: { request: t.SessionLogoutData; reply: t.SessionLogoutResponse };
  /** Changes the own password; every session ends, and a new one begins here */
  sessionChangePassword: { request: t.SessionChangePasswordData; reply: t.SessionChangePasswordResponse };
  /** The own sessions that go on */
  sessionList: { request: t.SessionListData; reply: t.SessionListResponse };
  /** Ends one of the own sessions */
  sessionEnd: { request: t.SessionEndData; reply: t.SessionEndResponse };
  /** Prices, forecasts, outcomes and gaps as they happen, as server-sent events */
  streamOpen: { request: t.StreamOpenData; reply: t.StreamOpenResponse };
  /** A ticket that opens one stream within half a minute, for browsers */
  streamTickets: { request: t.StreamTicketsData; reply: t.StreamTicketsResponse };
  /** All tenants, in the order of their ids */
  tenantList: { request: t.TenantListData; reply: t.TenantListResponse };
  /** Makes a tenant; its first key or user is made with ?tenant= */
  tenantCreate: { request: t.TenantCreateData; reply: t.TenantCreateResponse };
  /** One tenant */
  tenantGet: { request: t.TenantGetData; reply: t.TenantGetResponse };
  /** Changes what a tenant is called, or its tier; what is absent stays */
  tenantChange: { request: t.TenantChangeData; reply: t.TenantChangeResponse };
  /** The chain of all forecasts and outcomes, a page at a time, with its signed roots */
  trackRecordPage: { request: t.TrackRecordPageData; reply: t.TrackRecordPageResponse };
  /** That a forecast stands in the chain, up to a signed root */
  trackRecordProof: { request: t.TrackRecordProofData; reply: t.TrackRecordProofResponse };
  /** What the tenant may use, and what it has used, by day and route */
  usageUsage: { request: t.UsageUsageData; reply: t.UsageUsageResponse };
  /** The users of a tenant, newest first */
  userList: { request: t.UserListData; reply: t.UserListResponse };
  /** Makes a user, who then logs in */
  userCreate: { request: t.UserCreateData; reply: t.UserCreateResponse };
  /** What a user may do */
  userGet: { request: t.UserGetData; reply: t.UserGetResponse };
  /** Changes a user; what is absent stays. A new password and being disabled end all sessions */
  userChange: { request: t.UserChangeData; reply: t.UserChangeResponse };
  /** Removes a user */
  userRemove: { request: t.UserRemoveData; reply: t.UserRemoveResponse };
  /** Your endpoints and how deliveries to them go */
  webhookList: { request: t.WebhookListData; reply: t.WebhookListResponse };
  /** Adds an endpoint that is told what happens; its secrets are at …/secrets */
  webhookCreate: { request: t.WebhookCreateData; reply: t.WebhookCreateResponse };
  /** One endpoint */
  webhookFind: { request: t.WebhookFindData; reply: t.WebhookFindResponse };
  /** Changes an endpoint; enabling it again begins with a clean record */
  webhookUpdate: { request: t.WebhookUpdateData; reply: t.WebhookUpdateResponse };
  /** Deletes an endpoint, its secrets and its log; answers with what it was */
  webhookRemove: { request: t.WebhookRemoveData; reply: t.WebhookRemoveResponse };
  /** What was sent to an endpoint in the last 30 days, and what came of it */
  deliveryList: { request: t.DeliveryListData; reply: t.DeliveryListResponse };
  /** One delivery: its body, and every attempt */
  deliveryFind: { request: t.DeliveryFindData; reply: t.DeliveryFindResponse };
  /** Sends an event again, with the same webhook-id */
  deliveryReplayOne: { request: t.DeliveryReplayOneData; reply: t.DeliveryReplayOneResponse };
  /** Sends the events of a range again, a thousand at most */
  deliveryReplayRange: { request: t.DeliveryReplayRangeData; reply: t.DeliveryReplayRangeResponse };
  /** What its messages are signed with */
  webhookShowSecrets: { request: t.WebhookShowSecretsData; reply: t.WebhookShowSecretsResponse };
  /** Makes a new secret and key; messages are signed with the old ones as well for a while */
  webhookRotate: { request: t.WebhookRotateData; reply: t.WebhookRotateResponse };
  /** Sends an event that means nothing, to see whether it arrives */
  deliveryTest: { request: t.DeliveryTestData; reply: t.DeliveryTestResponse };
  /** What this server is, and which extensions of the protocol it serves; needs no key */
  serverMetadata: { request: t.ServerMetadataData; reply: t.ServerMetadataResponse };
  /** Whether the server runs; needs no key */
  serverLive: { request: t.ServerLiveData; reply: t.ServerLiveResponse };
  /** Whether every champion can be asked; needs no key */
  serverReady: { request: t.ServerReadyData; reply: t.ServerReadyResponse };
  /** Names of the models that can be asked, the champion first */
  modelMetadataNames: { request: t.ModelMetadataNamesData; reply: t.ModelMetadataNamesResponse };
  /** What was asked of all models, how long it took, and how much shared a run */
  modelMetadataAllStatistics: {
    request: t.ModelMetadataAllStatisticsData;
    reply: t.ModelMetadataAllStatisticsResponse;
  };
  /** What a model reads and writes */
  modelMetadataMetadata: { request: t.ModelMetadataMetadataData; reply: t.ModelMetadataMetadataResponse };
  /** How a model is served, in the words of Triton */
  modelMetadataConfig: { request: t.ModelMetadataConfigData; reply: t.ModelMetadataConfigResponse };
  /** Runs a model on the rows that are sent; without a version the champion, or the newest loaded */
  inferInfer: { request: t.InferInferData; reply: t.InferInferResponse };
  /** Whether a model can be asked; 409 when it is registered but not loaded */
  modelMetadataReady: { request: t.ModelMetadataReadyData; reply: t.ModelMetadataReadyResponse };
  /** What was asked of a model, how long it took, and how much shared a run */
  modelMetadataStatistics: {
    request: t.ModelMetadataStatisticsData;
    reply: t.ModelMetadataStatisticsResponse;
  };
  /** What a model reads and writes */
  modelMetadataMetadataOfVersion: {
    request: t.ModelMetadataMetadataOfVersionData;
    reply: t.ModelMetadataMetadataOfVersionResponse;
  };
  /** How a model is served, in the words of Triton */
  modelMetadataConfigOfVersion: {
    request: t.ModelMetadataConfigOfVersionData;
    reply: t.ModelMetadataConfigOfVersionResponse;
  };
  /** Runs a model on the rows that are sent; without a version the champion, or the newest loaded */
  inferInferOfVersion: { request: t.InferInferOfVersionData; reply: t.InferInferOfVersionResponse };
  /** Whether a model can be asked; 409 when it is registered but not loaded */
  modelMetadataReadyOfVersion: {
    request: t.ModelMetadataReadyOfVersionData;
    reply: t.ModelMetadataReadyOfVersionResponse;
  };
  /** What was asked of a model, how long it took, and how much shared a run */
  modelMetadataStatisticsOfVersion: {
    request: t.ModelMetadataStatisticsOfVersionData;
    reply: t.ModelMetadataStatisticsOfVersionResponse;
  };
  /** Every registered version and whether it can be asked, the champion first */
  repositoryIndex: { request: t.RepositoryIndexData; reply: t.RepositoryIndexResponse };
  /** Has every instance serve a registered version until it is unloaded */
  repositoryLoad: { request: t.RepositoryLoadData; reply: t.RepositoryLoadResponse };
  /** Takes what was loaded of a model away again; the champion stays */
  repositoryUnload: { request: t.RepositoryUnloadData; reply: t.RepositoryUnloadResponse };
}
