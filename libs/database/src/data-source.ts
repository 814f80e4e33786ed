import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { ApiKeyEntity } from './entities/api-key.entity.js';
import { CandleEntity } from './entities/candle.entity.js';
import { CandleGapEntity } from './entities/candle-gap.entity.js';
import { AlertRuleEntity } from './entities/alert-rule.entity.js';
import { AlertStateEntity } from './entities/alert-state.entity.js';
import { ForecastEntity } from './entities/forecast.entity.js';
import { ForecastScoreEntity } from './entities/forecast-score.entity.js';
import { InstrumentEntity } from './entities/instrument.entity.js';
import { MarketFeedEntity } from './entities/market-feed.entity.js';
import { ModelVersionEntity } from './entities/model-version.entity.js';
import { BacktestEntity } from './entities/backtest.entity.js';
import { DriftSignalEntity } from './entities/drift-signal.entity.js';
import { ModelAliasMoveEntity } from './entities/model-alias-move.entity.js';
import { ModelEvaluationEntity } from './entities/model-evaluation.entity.js';
import { OAuthClientEntity } from './entities/oauth-client.entity.js';
import { RequestSigningKeyEntity } from './entities/request-signing-key.entity.js';
import { ServerSigningKeyEntity } from './entities/server-signing-key.entity.js';
import { InferenceLoadEntity } from './entities/inference-load.entity.js';
import { SessionEntity } from './entities/session.entity.js';
import { TenantEntity } from './entities/tenant.entity.js';
import { UserEntity } from './entities/user.entity.js';
import { TrackRecordEntity } from './entities/track-record.entity.js';
import { TrackRecordRootEntity } from './entities/track-record-root.entity.js';
import { WebhookEndpointEntity } from './entities/webhook-endpoint.entity.js';
import { WebhookSecretEntity } from './entities/webhook-secret.entity.js';
import { clientWithLogin, type DatabaseLogin } from './login.js';
import { Foundation1795219200000 } from './migrations/1795219200000-foundation.js';
import { ModelsAndProof1795305600000 } from './migrations/1795305600000-models-and-proof.js';
import { TenantsAndRoles1795824000000 } from './migrations/1795824000000-tenants-and-roles.js';
import { KeysUsersSessions1795824100000 } from './migrations/1795824100000-keys-users-sessions.js';
import { OAuthAndSignatures1795824200000 } from './migrations/1795824200000-oauth-and-signatures.js';
import { AuditAndIdempotency1795824300000 } from './migrations/1795824300000-audit-and-idempotency.js';
import { Usage1795824400000 } from './migrations/1795824400000-usage.js';
import { Streams1795824600000 } from './migrations/1795824600000-streams.js';
import { InferenceLoads1795824700000 } from './migrations/1795824700000-inference-loads.js';
import { WebhooksAndAlerts1795824500000 } from './migrations/1795824500000-webhooks-and-alerts.js';

export interface DataSourceOptions {
  readonly url: string;
  /** Shown in pg_stat_activity; use the service's name. */
  readonly applicationName: string;
  /** Connections at most; default 5, since solo runs every service on one small server. */
  readonly poolSize?: number;
  /** Who to be, in place of the user and password of the address. */
  readonly login?: DatabaseLogin | undefined;
  /** After this long a connection is made anew, so that a balancer can choose again; default: never. */
  readonly maxLifetimeSeconds?: number;
}

const MIGRATIONS = [
  Foundation1795219200000,
  ModelsAndProof1795305600000,
  TenantsAndRoles1795824000000,
  KeysUsersSessions1795824100000,
  OAuthAndSignatures1795824200000,
  AuditAndIdempotency1795824300000,
  Usage1795824400000,
  WebhooksAndAlerts1795824500000,
  Streams1795824600000,
  InferenceLoads1795824700000,
];
const ENTITIES = [
  InstrumentEntity,
  MarketFeedEntity,
  CandleEntity,
  CandleGapEntity,
  ModelVersionEntity,
  ForecastEntity,
  ForecastScoreEntity,
  ApiKeyEntity,
  OAuthClientEntity,
  RequestSigningKeyEntity,
  ServerSigningKeyEntity,
  TenantEntity,
  UserEntity,
  SessionEntity,
  BacktestEntity,
  DriftSignalEntity,
  ModelAliasMoveEntity,
  ModelEvaluationEntity,
  TrackRecordEntity,
  TrackRecordRootEntity,
  InferenceLoadEntity,
  WebhookEndpointEntity,
  WebhookSecretEntity,
  AlertRuleEntity,
  AlertStateEntity,
];

/**
 * To a primary on another continent five to seven ways there and back are needed (TLS, SCRAM): over a second and a half,
 * and more while everybody connects anew after a failover. Who gave up sooner would only begin again.
 */
const CONNECT_MS = 5_000;
/**
 * How long a connection that nobody uses is kept. Much is asked every ten or thirty seconds, and a new connection costs
 * both ends more than the question: a process of PostgreSQL, TLS, SCRAM and empty caches.
 */
const IDLE_MS = 60_000;

/**
 * The one TypeORM data source of a process; not yet connected (call `initialize`).
 * Times out rather than hangs: 5 s to connect, 15 s for a statement, and dead peers are noticed by keepalive.
 */
export function createDataSource(options: DataSourceOptions): DataSource {
  const { url, applicationName, poolSize = 5, login, maxLifetimeSeconds = Infinity } = options;
  const lifetime = Math.min(maxLifetimeSeconds, login?.connectionSeconds ?? Infinity);
  return new DataSource({
    type: 'postgres',
    url,
    synchronize: false,
    migrationsTransactionMode: 'each',
    migrationsTableName: 'schema_migrations',
    migrations: MIGRATIONS,
    entities: ENTITIES,
    applicationName,
    poolSize,
    connectTimeoutMS: CONNECT_MS,
    extra: {
      keepAlive: true,
      idleTimeoutMillis: IDLE_MS,
      maxLifetimeSeconds: lifetime === Infinity ? 0 : lifetime,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 15_000,
      ...(login && { Client: clientWithLogin(login) }),
    },
  });
}
