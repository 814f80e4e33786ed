import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule, INestApplicationContext, INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { PlatformEnv } from '../config/platform.env.js';
import { HealthRegistry } from '../health/health-registry.js';
import { type InternalServer, startInternalServer } from '../health/internal-server.js';
import { createLogger, type Logger } from '../logging/create-logger.js';
import { PinoNestLogger } from '../logging/pino-nest-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { PlatformModule } from '../nest/platform.module.js';
import { RpcLoad } from '../rpc/rpc-load.js';
import { createRpcMicroserviceOptions } from '../rpc/rpc-server.js';
import { registerInstance, type Registration } from '../consul/discovery.js';
import type { Vault } from '../vault/vault.js';
import { Closers } from './closers.js';
import { within } from './within.js';

export interface ServiceOptions {
  /** Name of the service, e.g. `market-data`. */
  readonly name: string;
  /** The app's own module; PlatformModule is added around it. */
  readonly module: Type | DynamicModule;
  readonly env: PlatformEnv;
  /** Closed with the service. */
  readonly vault?: Vault | undefined;
  readonly logger?: Logger;
}

export interface RunningService {
  readonly app: INestApplicationContext;
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly internalPort: number;
  /** undefined for a service that answers no calls. */
  readonly rpcPort: number | undefined;
  /** Unready, drain, finish calls and jobs, close everything, in this order. */
  close(): Promise<void>;
}

/** How long calls that are being answered may take at shutdown. */
const FINISH_CALLS_MS = 5_000;
/** The last answers are made but not yet sent, and Nest cuts its connections when it closes. */
const FLUSH_ANSWERS_MS = 50;

/**
 * Starts a service in this process: health and metrics port first, then the Nest app (with an RPC server when
 * RPC_PORT is set), then ready. Knows nothing of signals; see bootstrapService.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, env, vault } = options;
  const logger =
    options.logger ??
    createLogger(name, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY, region: env.REGION });
  const health = new HealthRegistry();
  const metrics = new Metrics({ service: name, region: env.REGION });
  const internal = await startInternalServer({
    port: env.INTERNAL_PORT,
    host: env.INTERNAL_HOST,
    health,
    metrics,
    logger,
  });
  const closers = new Closers();
  try {
    const root = {
      module: class ServiceRoot {},
      imports: [
        PlatformModule.forService({ name, env, vault, logger, metrics, health, closers }),
        options.module,
      ],
    };
    const { app, rpcPort } = await startApp(root, env, logger);
    health.setReady(true);
    const port = rpcPort ?? internal.port;
    const registration = await registerInstance({ name, env, port, internalPort: internal.port, logger });
    const close = async (): Promise<void> => {
      await closeInOrder({ app, internal, health, registration }, env);
      await vault?.close();
    };
    return { app, logger, health, internalPort: internal.port, rpcPort, close };
  } catch (error) {
    // Nest gives no app to close when its start fails.
    await Promise.all([internal.close(), closers.closeAll()]);
    await vault?.close();
    throw error;
  }
}

async function startApp(
  root: DynamicModule,
  env: PlatformEnv,
  logger: Logger,
): Promise<{ app: INestApplicationContext; rpcPort: number | undefined }> {
  const common = { logger: new PinoNestLogger(logger), abortOnError: false } as const;
  if (env.RPC_PORT === undefined) {
    return { app: await NestFactory.createApplicationContext(root, common), rpcPort: undefined };
  }
  const app: INestMicroservice = await NestFactory.createMicroservice(root, {
    ...createRpcMicroserviceOptions(env),
    ...common,
  });
  await app.listen();
  const address = app.unwrap<Server>().address();
  return { app, rpcPort: typeof address === 'object' && address ? address.port : env.RPC_PORT };
}

interface Closing {
  readonly app: INestApplicationContext;
  readonly internal: InternalServer;
  readonly health: HealthRegistry;
  readonly registration: Registration | undefined;
}

async function closeInOrder(
  { app, internal, health, registration }: Closing,
  env: PlatformEnv,
): Promise<void> {
  health.setReady(false);
  await registration?.close();
  await sleep(env.SHUTDOWN_DRAIN_MS);
  health.setDraining(); // from here on new calls are sent to another instance
  await within(FINISH_CALLS_MS, app.get(RpcLoad).whenIdle());
  await sleep(FLUSH_ANSWERS_MS);
  await app.close();
  await internal.close();
}
