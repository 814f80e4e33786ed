import { join } from 'node:path';
import type { ProcessSpec } from '../process/managed-process.js';

/** In the order they start; they stop in the opposite one. */
export const SERVICES = ['market-data', 'prediction', 'worker', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/**
 * These read thousands of rows at a time. Left alone, V8 lets their heaps grow to three times what they need
 * rather than collect; measured over hundreds of origins, prediction stays at 135 MB instead of 400 MB.
 */
const HEAP_FLAGS: Partial<Record<ServiceName, readonly string[]>> = {
  'market-data': ['--max-semi-space-size=4', '--max-old-space-size=256'],
  prediction: ['--max-semi-space-size=4', '--max-old-space-size=256'],
  worker: ['--max-semi-space-size=4', '--max-old-space-size=256'],
};

/**
 * For every process that stays: glibc gives the threads of a process up to sixteen heaps of their own, each with its
 * holes. One thread does nearly all the work here. Other systems ignore it.
 */
export const LEAN = { MALLOC_ARENA_MAX: '1' };

export interface ServicePorts {
  readonly internal: Readonly<Record<ServiceName, number>>;
  readonly rpc: { readonly 'market-data': number; readonly prediction: number };
  readonly gateway: number;
  readonly grpc: number;
}

export interface ServiceSettings {
  readonly root: string;
  readonly logs: string;
  readonly inherited: Readonly<Record<string, string>>;
  readonly tracing: boolean;
  readonly dataDir: string;
  readonly secretsKeyFile: string;
  readonly databaseUrl: string;
  readonly rpcToken: string;
  readonly source: string;
  readonly feed: string;
  /** Unset: as configured. */
  readonly instruments?: readonly string[];
  /** Of the simulated exchange, when there is one. */
  readonly simulationUrl?: string;
  readonly ports: ServicePorts;
}

/** The four services as children: how each is started and configured. */
export function serviceSpecs(settings: ServiceSettings): ProcessSpec[] {
  return SERVICES.map((name) => {
    const instrumentation = settings.tracing ? ['--import', '@btcforecast/platform/instrumentation'] : [];
    return {
      name,
      args: [...(HEAP_FLAGS[name] ?? []), ...instrumentation, mainOf(settings.root, name)],
      cwd: settings.root,
      env: { ...commonEnv(settings), ...ownEnv(name, settings.ports) },
      logFile: join(settings.logs, `${name}.log`),
    };
  });
}

export function mainOf(root: string, app: string): string {
  return join(root, 'apps', app, 'dist', 'main.js');
}

/**
 * Compiled code is kept between starts, which makes them quicker: for what ends soon. A process keeps all that it has
 * read of it in memory, some 15 MB in a service, which gains half a second once.
 */
export function compileCache(root: string): { NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') };
}

function commonEnv(settings: ServiceSettings): Record<string, string> {
  const { inherited, ports } = settings;
  return {
    ...LEAN,
    ...inherited,
    BTCF_DATA_DIR: settings.dataDir,
    DATABASE_URL: settings.databaseUrl,
    MARKET_SOURCE: settings.source,
    MARKET_FEED: settings.feed,
    ...(settings.instruments && { INSTRUMENTS: settings.instruments.join() }),
    SIM_URL: settings.simulationUrl ?? '',
    TRACK_RECORD_KEY_FILE: trackRecordKeyFile(settings),
    ...(bringsSecretsKey(inherited) ? {} : { SECRETS_KEY_FILE: settings.secretsKeyFile }),
    RPC_TOKEN: settings.rpcToken,
    RPC_HOST: '127.0.0.1',
    RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${ports.rpc['market-data']}`,
    RPC_ADDRESSES_PREDICTION: `127.0.0.1:${ports.rpc.prediction}`,
    INTERNAL_HOST: '127.0.0.1',
    GATEWAY_PORT: String(ports.gateway),
    GATEWAY_PUBLIC_URL: inherited.GATEWAY_PUBLIC_URL || `http://localhost:${ports.gateway}`,
    GATEWAY_GRPC_PORT: String(ports.grpc),
  };
}

/** In the data folder, unless the operator keeps the key elsewhere. */
function trackRecordKeyFile({ inherited, dataDir }: ServiceSettings): string {
  return inherited.TRACK_RECORD_KEY_FILE || join(dataDir, 'track-record.key');
}

/** Whether the operator keeps the key for stored secrets elsewhere. */
export function bringsSecretsKey(inherited: ServiceSettings['inherited']): boolean {
  return Boolean(inherited.SECRETS_KEY || inherited.SECRETS_KEY_FILE);
}

function ownEnv(name: ServiceName, ports: ServicePorts): Record<string, string> {
  const rpcPort = name === 'market-data' || name === 'prediction' ? String(ports.rpc[name]) : '';
  return { INTERNAL_PORT: String(ports.internal[name]), RPC_PORT: rpcPort, OTEL_SERVICE_NAME: name };
}
