import { freePorts } from '@btcforecast/database/embedded';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  checkReplay,
  demoMarket,
  liveMarket,
  probeMarket,
  type Market,
  type TaskRunner,
} from './config/market.js';
import { DEFAULT_INSTRUMENT } from './config/instruments.js';
import type { SupervisorOptions } from './config/options.js';
import {
  bringsSecretsKey,
  compileCache,
  LEAN,
  mainOf,
  serviceSpecs,
  type ServicePorts,
} from './config/service-specs.js';
import type { SupervisorEnv } from './config/supervisor.env.js';
import type { DataFolder } from './data-folder.js';
import { waitForFirstForecast } from './first-forecast.js';
import { grpcPort } from './ports.js';
import { askTask } from './process/run-task.js';
import type { RunFile } from './run-file.js';
import { ensureSecretsKey } from './secrets-key.js';
import type { System } from './system.js';
import type { Terminal } from './terminal.js';

export interface StartContext {
  readonly options: SupervisorOptions;
  readonly env: SupervisorEnv;
  /** Of the repository. */
  readonly root: string;
  readonly folder: DataFolder;
  readonly runFile: RunFile;
  readonly system: System;
  readonly terminal: Terminal;
}

export interface Started {
  readonly market: Market;
  readonly gatewayUrl: string;
  /** host:port */
  readonly gatewayGrpc: string;
  readonly forecastUrl: string;
}

const PREPARE_TIMEOUT_MS = 300_000;
const FIRST_FORECAST_MS = 20_000;

/** Everything from the database to the first forecast, each step shown. */
export async function startSystem(context: StartContext): Promise<Started> {
  const { terminal, system, folder, options } = context;
  const replay = options.source === 'replay' ? await checkFile(context) : undefined;
  const { url } = await terminal.step('database', () =>
    system.startDatabase(folder.path, join(folder.logs, 'database.log')),
  );
  await terminal.step('schema and admin key', () => prepare(context, url));
  const chosen =
    replay ??
    (await terminal.step(
      'market',
      () => choose(context),
      ({ words }) => words,
    ));
  const market = { ...(options.instruments && { instruments: options.instruments }), ...chosen };
  const simulated = market.simulation && (await startSimulation(context, market, market.simulation));
  const gatewayGrpc = await startServices(context, { databaseUrl: url, market, ...simulated });
  const gatewayUrl = `http://localhost:${options.port}`;
  const instrument = servedFirst(market, context.env);
  const forecastUrl = `${gatewayUrl}/v1/forecasts/${instrument}?horizon=24h`;
  await terminal.step(
    'first forecast',
    () =>
      waitForFirstForecast({
        url: forecastUrl.replace('localhost', '127.0.0.1'),
        adminKeyFile: folder.adminKeyFile,
        deadlineMs: FIRST_FORECAST_MS,
        signal: system.signal,
      }),
    (there) => (there ? 'served' : `none yet, it waits for ${market.waitsFor ?? 'the next hourly candle'}`),
  );
  return { market, gatewayUrl, gatewayGrpc, forecastUrl };
}

function checkFile(context: StartContext): Promise<Market> {
  const { terminal, options, env } = context;
  const check = () => checkReplay(options, env.typedIn, scriptsOf(context.root), runnerOf(context));
  return terminal.step('market', check, ({ words }) => words);
}

function choose(context: StartContext): Promise<Market> {
  const { source, speed } = context.options;
  if (source === 'demo') return Promise.resolve(demoMarket(speed));
  const find = source === 'live' ? liveMarket : probeMarket;
  return find(scriptsOf(context.root), runnerOf(context));
}

function prepare(context: StartContext, databaseUrl: string): Promise<unknown> {
  const runner = runnerOf(context);
  return askTask({
    ...runner,
    args: [taskOf(context.root, 'prepare-database'), context.folder.adminKeyFile],
    env: { ...runner.env, DATABASE_URL: databaseUrl },
    timeoutMs: PREPARE_TIMEOUT_MS,
  });
}

async function startSimulation(
  context: StartContext,
  { instruments }: Market,
  simulation: Readonly<Record<string, string>>,
) {
  const { root, folder, env, system, terminal } = context;
  const [port] = await freePorts(1);
  const ready = await terminal.step('simulated exchange', () =>
    system.startProcess({
      name: 'simulated-exchange',
      args: ['--max-semi-space-size=1', mainOf(root, 'simulated-exchange')],
      cwd: root,
      env: {
        ...LEAN,
        ...env.inherited,
        ...(instruments && { INSTRUMENTS: instruments.join() }),
        ...simulation,
        SIM_STATE_DIR: folder.simulation,
        SIM_HOST: '127.0.0.1',
        SIM_PORT: String(port), // fixed, so that it is found again after a restart
      },
      logFile: join(folder.logs, 'simulated-exchange.log'),
    }),
  );
  return { simulationUrl: String(ready.url), feed: String(ready.feed) };
}

interface MarketAddress {
  readonly databaseUrl: string;
  readonly market: Market;
  readonly simulationUrl?: string;
  readonly feed?: string;
}

/** Returns where inference is served by gRPC, host:port. */
async function startServices(context: StartContext, address: MarketAddress): Promise<string> {
  const { system, terminal, env, root, folder, options, runFile } = context;
  const { databaseUrl, market, simulationUrl, feed = 'live' } = address;
  const ports = await choosePorts(options.port, env.inherited.GATEWAY_GRPC_PORT);
  const gatewayGrpc = `127.0.0.1:${ports.grpc}`;
  const rpcToken = randomBytes(32).toString('base64url');
  if (!bringsSecretsKey(env.inherited)) await ensureSecretsKey(folder.secretsKeyFile);
  const specs = serviceSpecs({
    root,
    logs: folder.logs,
    inherited: env.inherited,
    tracing: env.tracing,
    dataDir: folder.path,
    secretsKeyFile: folder.secretsKeyFile,
    databaseUrl,
    rpcToken,
    source: market.source,
    feed,
    ...(market.instruments && { instruments: market.instruments }),
    ports,
    ...(simulationUrl !== undefined && { simulationUrl }),
  });
  await startAll(specs.map((spec) => terminal.step(spec.name, () => system.startProcess(spec))));
  runFile.describe(
    {
      startedAt: new Date().toISOString(),
      dataDir: folder.path,
      adminKeyFile: folder.adminKeyFile,
      source: market.source,
      feed,
      gatewayUrl: `http://127.0.0.1:${options.port}`,
      gatewayGrpc,
      databaseUrl,
      simulationUrl: simulationUrl ?? null,
      rpc: {
        token: rpcToken,
        marketData: `127.0.0.1:${ports.rpc['market-data']}`,
        prediction: `127.0.0.1:${ports.rpc.prediction}`,
      },
      internalPorts: ports.internal,
    },
    system.pids,
  );
  return gatewayGrpc;
}

/** The first failure is the one to tell, but all must have settled before anything is stopped. */
async function startAll(starts: readonly Promise<unknown>[]): Promise<void> {
  const [failed] = (await Promise.allSettled(starts)).filter(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

async function choosePorts(gateway: number, configuredGrpc: string | undefined): Promise<ServicePorts> {
  const [marketData = 0, prediction = 0, a = 0, b = 0, c = 0, d = 0] = await freePorts(6);
  return {
    gateway,
    grpc: await grpcPort(configuredGrpc, gateway),
    rpc: { 'market-data': marketData, prediction },
    internal: { 'market-data': a, prediction: b, worker: c, gateway: d },
  };
}

/** The one whose first forecast is waited for. */
function servedFirst({ instruments }: Market, { inherited }: SupervisorEnv): string {
  return instruments?.[0] ?? inherited.INSTRUMENTS?.split(',')[0]?.trim() ?? DEFAULT_INSTRUMENT;
}

function runnerOf({ root, env, system }: StartContext): TaskRunner {
  return { cwd: root, env: { ...compileCache(root), ...env.inherited }, signal: system.signal };
}

function scriptsOf(root: string) {
  return { marketData: mainOf(root, 'market-data'), checkCandleFile: taskOf(root, 'check-candle-file') };
}

function taskOf(root: string, task: string): string {
  return join(root, 'apps', 'supervisor', 'dist', 'tasks', `${task}.js`);
}
