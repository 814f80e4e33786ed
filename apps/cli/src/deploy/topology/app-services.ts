import { ownImage } from './images.js';
import type { Region } from './region.js';
import {
  type ComposeService,
  bounded,
  health,
  healthy,
  type Limits,
  numbered,
  type Services,
} from './service.js';

/** Of the health and metrics port of every service of ours. */
export const INTERNAL_PORT = '9464';
const API_PORT = '3000';
const GRPC_PORT = '3001';
export const RPC_PORTS = { 'market-data': '3101', prediction: '3102' } as const;

/** Where forecasts wait while the primary is away: a volume of one instance alone. */
const JOURNAL = '/journal';

/** Long enough to drain, to end what runs, and to flush; see docs/operations.md. */
const GRACE = '40s';
const DRAIN_MS = '5000';

/** By IP, callers would miss the name in the certificate. */
const foundAs = (name: string) => ({ CONSUL_SERVICE_ADDRESS: name });

const TLS = ['ca.pem', 'service.pem', 'service-key.pem'];
const SECRETS = [
  'database_url',
  'redis_url',
  'redis_cache_url',
  'rpc_token',
  'secrets_key',
  'consul_token',
  ...TLS,
];

/** The services of ours in one region, and the job that migrates the database before any of them starts. */
export function appServices(region: Region): Services {
  const predictions = numbered('prediction', region.predictions);
  const common = commonEnv(region, predictions);
  const service = (target: string, limits: Limits, own: Own): ComposeService =>
    ownService({ region, target, limits, common, own });
  const app = (alias: string) => ({
    [`${region.name}-app`]: { aliases: [...new Set([alias, alias.replace(/-\d+$/, '')])] },
  });
  return {
    [`${region.name}-migrate`]: migration(region),
    ...each(region, numbered('gateway', region.gateways), (name) =>
      service('gateway', { cpus: '1.0', memory: '512M' }, { networks: app(name), environment: gatewayEnv() }),
    ),
    [`${region.name}-market-data`]: service(
      'market-data',
      { cpus: '1.0', memory: '512M' },
      reader(app('market-data'), { RPC_PORT: RPC_PORTS['market-data'], ...foundAs('market-data') }),
    ),
    ...each(region, predictions, (name) =>
      service(
        'prediction',
        { cpus: '2.0', memory: '1G', pids: 512 },
        {
          ...reader(app(name), {
            RPC_PORT: RPC_PORTS.prediction,
            ...foundAs(name),
            FORECAST_JOURNAL_DIR: JOURNAL,
          }),
          volumes: [`${region.name}-${name}-journal:${JOURNAL}`],
        },
      ),
    ),
    ...each(region, numbered('worker', region.workers), (name) =>
      service('worker', { cpus: '2.0', memory: '1536M', pids: 512 }, workerParts(app(name))),
    ),
  };
}

/** What one service of ours has beside what all have. */
type Own = Pick<ComposeService, 'networks'> &
  Partial<Pick<ComposeService, 'environment' | 'secrets' | 'volumes'>>;

interface OwnService {
  readonly region: Region;
  readonly target: string;
  readonly limits: Limits;
  readonly common: Record<string, string>;
  readonly own: Own;
}

function ownService({ region, target, limits, common, own }: OwnService): ComposeService {
  const service = {
    image: ownImage(target),
    profiles: ['core', 'full'],
    user: '10001:10001',
    stop_grace_period: GRACE,
    tmpfs: ['/tmp:size=64m,mode=1777'],
    healthcheck: health(['CMD', '/app/deploy/docker/healthcheck.sh'], 120),
    environment: {
      ...common,
      ...vaultEnv(target),
      OTEL_SERVICE_NAME: target,
      OTEL_RESOURCE_ATTRIBUTES: `cloud.region=${region.name}`,
      ...own.environment,
    },
    secrets: [...SECRETS, ...vaultLogin(target), ...(own.secrets ?? [])],
    networks: own.networks,
    ...(own.volumes && { volumes: own.volumes }),
    depends_on: { [`${region.name}-migrate`]: { condition: 'service_completed_successfully' } },
  };
  return bounded(service, limits);
}

/** Of those that answer questions: they read what may be a little old from the replica of the region. */
function reader(networks: ComposeService['networks'], environment: Record<string, string>): Own {
  return {
    networks,
    environment: { ...environment, DATABASE_REPLICA_URL_FILE: '/run/secrets/database_replica_url' },
    secrets: ['database_replica_url'],
  };
}

function workerParts(networks: ComposeService['networks']): Own {
  return {
    networks,
    environment: {
      TRACK_RECORD_KEY_FILE: '/run/secrets/track_record_key',
      TRACK_RECORD_TRANSIT_KEY: '${TRACK_RECORD_TRANSIT_KEY:-}',
    },
    secrets: ['track_record_key'],
  };
}

function each(region: Region, names: readonly string[], make: (name: string) => ComposeService): Services {
  return Object.fromEntries(names.map((name) => [`${region.name}-${name}`, make(name)]));
}

function commonEnv(region: Region, predictions: readonly string[]): Record<string, string> {
  return {
    NODE_ENV: 'production',
    MALLOC_ARENA_MAX: '1',
    REGION: region.name,
    DATABASE_URL_FILE: '/run/secrets/database_url',
    REDIS_URL_FILE: '/run/secrets/redis_url',
    REDIS_CACHE_URL_FILE: '/run/secrets/redis_cache_url',
    RPC_TOKEN_FILE: '/run/secrets/rpc_token',
    SECRETS_KEY_FILE: '/run/secrets/secrets_key',
    RPC_HOST: '0.0.0.0',
    RPC_TLS_CERT_FILE: '/run/secrets/service.pem',
    RPC_TLS_KEY_FILE: '/run/secrets/service-key.pem',
    RPC_TLS_CA_FILE: '/run/secrets/ca.pem',
    RPC_ADDRESSES_MARKET_DATA: `market-data:${RPC_PORTS['market-data']}`,
    RPC_ADDRESSES_PREDICTION: predictions.map((name) => `${name}:${RPC_PORTS.prediction}`).join(','),
    CONSUL_ADDR: '${CONSUL_ADDR:-}',
    CONSUL_TOKEN_FILE: '/run/secrets/consul_token',
    CONSUL_CACERT: '/run/secrets/ca.pem',
    INTERNAL_HOST: '0.0.0.0',
    INTERNAL_PORT,
    SHUTDOWN_DRAIN_MS: DRAIN_MS,
    LOG_LEVEL: '${LOG_LEVEL:-info}',
    INSTRUMENTS: '${INSTRUMENTS:-BTC-USD}',
    MARKET_SOURCE: '${MARKET_SOURCE:-live}',
    MARKET_FEED: '${MARKET_FEED:-live}',
    SIM_URL: '${SIM_URL:-}',
    OTEL_EXPORTER_OTLP_ENDPOINT: '${OTEL_EXPORTER_OTLP_ENDPOINT:-}',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    // Decided once, where a trace begins; whoever is called follows.
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '${OTEL_TRACES_SAMPLER_ARG:-0.1}',
  };
}

/** Vault is used once VAULT_ADDR is set; deploy/vault/bootstrap.sh writes the logins. */
function vaultEnv(target: string): Record<string, string> {
  const [roleId, secretId] = vaultLogin(target);
  return {
    VAULT_ADDR: '${VAULT_ADDR:-}',
    VAULT_CACERT: '/run/secrets/ca.pem',
    VAULT_ROLE_ID_FILE: `/run/secrets/${roleId}`,
    VAULT_SECRET_ID_FILE: `/run/secrets/${secretId}`,
    VAULT_KV_PATHS: `secret/btcforecast/common,secret/btcforecast/${target}`,
    VAULT_DATABASE_ROLE: '${VAULT_DATABASE_ROLE:-database/btcforecast}',
  };
}

function vaultLogin(target: string): [roleId: string, secretId: string] {
  return [`vault_${target}_role_id`, `vault_${target}_secret_id`];
}

function gatewayEnv(): Record<string, string> {
  return {
    GATEWAY_HOST: '0.0.0.0',
    GATEWAY_PORT: API_PORT,
    GATEWAY_GRPC_PORT: GRPC_PORT,
    GATEWAY_TRUST_PROXY: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16',
    GATEWAY_PUBLIC_URL: '${PUBLIC_URL:-https://localhost}',
  };
}

/** Runs once and ends; any number of them may run at the same time. */
function migration(region: Region): ComposeService {
  return bounded(
    {
      image: ownImage('btcf'),
      profiles: ['core', 'full'],
      user: '10001:10001',
      command: ['migrate'],
      restart: 'on-failure',
      environment: { DATABASE_URL_FILE: '/run/secrets/database_url' },
      secrets: ['database_url', 'ca.pem'],
      tmpfs: ['/tmp:size=16m,mode=1777'],
      networks: { [`${region.name}-app`]: null },
      depends_on: healthy(`${region.name}-haproxy`, `${region.name}-postgres`),
    },
    { cpus: '1.0', memory: '256M' },
  );
}
