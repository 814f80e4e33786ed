import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuditLog, CredentialThrottle, IdempotencyKeys, KeyService } from '@btcforecast/access';
import {
  AppError,
  createLogger,
  HealthRegistry,
  type InternalServer,
  type Logger,
  Metrics,
  PinoNestLogger,
  PlatformModule,
  registerInstance,
  type Registration,
  startInternalServer,
  type Vault,
} from '@btcforecast/platform';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CREDENTIAL_KINDS } from './access/access.module.js';
import { registerDocs } from './docs/register-docs.js';
import { ForecastReplies } from './forecasts/forecast-replies.js';
import type { GatewayEnv } from './gateway.env.js';
import { GatewayModule } from './gateway.module.js';
import { installBodyParsers } from './http/body-parsers.js';
import { type AccessLog, createAccessLog } from './http/access-log.js';
import { installCompression } from './http/compression.js';
import { Cors } from './http/cors.js';
import { createHttpServer } from './http/create-http-server.js';
import type { CredentialKind } from './http/credentials.js';
import { type EdgeServices, installEdge } from './http/edge.hooks.js';
import { HttpMetrics } from './http/http-metrics.js';
import { OpenConnections } from './http/open-connections.js';
import { PageLinkInterceptor } from './http/page-link.interceptor.js';
import { LimitsInterceptor } from './http/limits.interceptor.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemReply } from './http/problem-reply.js';
import { LoadGate } from './load/load-gate.js';
import { QuotaGate } from './quotas/quota-gate.js';
import { RequestValidationPipe } from './http/request-validation.pipe.js';
import { RouteTable } from './http/route-table.js';
import type { GrpcEdgeDependencies } from './inference/grpc/grpc-edge.js';
import { type RunningGrpc, startGrpc } from './inference/grpc/grpc-server.js';
import { Inference } from './inference/inference.service.js';
import { registerInference } from './inference/register-inference.js';
import { RequestSignatures } from './signatures/request-signatures.js';
import { SignedReplies } from './signatures/signed-replies.js';
import { Streams } from './streams/streams.js';
import { TicketCredential } from './streams/tickets/ticket-credential.js';

const NAME = 'gateway';
/** Requests that are still being answered at shutdown get this long. */
const FINISH_REQUESTS_MS = 5_000;
const CLOSE_UNUSED_MS = 50;

export interface GatewayOptions {
  readonly env: GatewayEnv;
  /** Closed with the gateway. */
  readonly vault?: Vault | undefined;
  readonly logger?: Logger;
  /** Default: the main log's place, in batches. */
  readonly accessLog?: AccessLog;
}

export interface RunningGateway {
  readonly app: NestFastifyApplication;
  /** Public and internal ports in use. */
  readonly port: number;
  readonly grpcPort: number;
  readonly internalPort: number;
  readonly logger: Logger;
  /** Unready, finish what is being answered, close everything, in this order. */
  close(): Promise<void>;
}

/** Starts the gateway in this process. Knows nothing of signals; see main.ts. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { env, vault } = options;
  const logger =
    options.logger ??
    createLogger(NAME, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY, region: env.REGION });
  const health = new HealthRegistry();
  const metrics = new Metrics({ service: NAME, region: env.REGION });
  const internal = await startInternalServer({
    port: env.INTERNAL_PORT,
    host: env.INTERNAL_HOST,
    health,
    metrics,
    logger,
  });
  try {
    const accessLog = options.accessLog ?? createAccessLog({ name: NAME, env, main: logger, metrics });
    const app = await createApp({ env, vault, logger, health, metrics, accessLog });
    const connections = new OpenConnections(app.getHttpServer() as Server);
    await app.listen(env.GATEWAY_PORT, env.GATEWAY_HOST);
    const grpc = await serveGrpc(app, env, { logger, metrics, accessLog });
    health.setReady(true);
    const { port } = app.getHttpServer().address() as AddressInfo;
    const registration = await registerInstance({
      name: NAME,
      env,
      port,
      internalPort: internal.port,
      logger,
    });
    const close = async (): Promise<void> => {
      await closeInOrder({ app, grpc, connections, internal, health, registration }, env);
      accessLog.close();
      await vault?.close();
    };
    return { app, port, grpcPort: grpc.port, internalPort: internal.port, logger, close };
  } catch (error) {
    await internal.close();
    throw error;
  }
}

interface AppParts extends Required<Omit<GatewayOptions, 'vault'>>, Pick<GatewayOptions, 'vault'> {
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}

/** The Nest app with everything around its routes, not yet listening. */
async function createApp(parts: AppParts): Promise<NestFastifyApplication> {
  const { env, vault, logger, health, metrics } = parts;
  const routes = new RouteTable();
  const problems = new ProblemReply(routes, logger);
  const server = createHttpServer(env, problems);
  const later: { services?: EdgeServices } = {};
  installEdge(server, {
    problems,
    routes,
    metrics: new HttpMetrics(metrics),
    health,
    accessLog: parts.accessLog,
    cors: new Cors(env.GATEWAY_CORS_ORIGINS, (url) => routes.methodsAt(url)),
    services: () => later.services ?? notYet(),
  });
  await installCompression(server);
  const root = {
    module: class GatewayRoot {},
    imports: [PlatformModule.forService({ name: NAME, env, vault, logger, metrics, health }), GatewayModule],
  };
  const adapter = new FastifyAdapter(server);
  installBodyParsers(adapter, server);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new PinoNestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalFilters(new ProblemFilter(problems));
  app.useGlobalInterceptors(
    new PageLinkInterceptor(),
    new StandardSchemaSerializerInterceptor(app.get(Reflector)),
    new LimitsInterceptor(),
  );
  const keys = app.get(KeyService, { strict: false });
  keys.start();
  health.add('keys', () => keys.assertUsable());
  later.services = edgeServices(app);
  // First: a registration that is waited for settles the routes before it, and Nest's error handler is yet to come.
  await app.get(Streams, { strict: false }).ws.register(server, problems);
  registerInference(server, app);
  await registerDocs(server, app);
  return app;
}

/** What the edge asks. */
function edgeServices(app: NestFastifyApplication): EdgeServices {
  return {
    credentials: [
      app.get(TicketCredential, { strict: false }),
      ...app.get<readonly CredentialKind[]>(CREDENTIAL_KINDS, { strict: false }),
    ],
    signatures: app.get(RequestSignatures, { strict: false }),
    signedReplies: app.get(SignedReplies, { strict: false }),
    throttle: app.get(CredentialThrottle, { strict: false }),
    forecasts: app.get(ForecastReplies),
    audit: app.get(AuditLog, { strict: false }),
    idempotency: app.get(IdempotencyKeys, { strict: false }),
    load: app.get(LoadGate, { strict: false }),
    quotas: app.get(QuotaGate, { strict: false }),
  };
}

/** The same questions by gRPC, from the same callers. */
function serveGrpc(
  app: NestFastifyApplication,
  { GATEWAY_HOST: host, GATEWAY_GRPC_PORT: port }: GatewayEnv,
  parts: Pick<GrpcEdgeDependencies, 'logger' | 'metrics' | 'accessLog'>,
): Promise<RunningGrpc> {
  const found = { strict: false } as const;
  return startGrpc({ host, port }, app.get(Inference, found), {
    ...parts,
    credentials: app.get<readonly CredentialKind[]>(CREDENTIAL_KINDS, found),
    throttle: app.get(CredentialThrottle, found),
    load: app.get(LoadGate, found),
    quotas: app.get(QuotaGate, found),
    audit: app.get(AuditLog, found),
  });
}

interface Closing {
  readonly app: NestFastifyApplication;
  readonly grpc: RunningGrpc;
  readonly connections: OpenConnections;
  readonly internal: InternalServer;
  readonly health: HealthRegistry;
  readonly registration: Registration | undefined;
}

async function closeInOrder(
  { app, grpc, connections, internal, health, registration }: Closing,
  env: GatewayEnv,
): Promise<void> {
  health.setReady(false);
  await registration?.close();
  await pause(env.SHUTDOWN_DRAIN_MS);
  health.setDraining(); // replies now close their connections
  await grpc.close(FINISH_REQUESTS_MS);
  // A connection that was busy when the server began to close goes idle later, and nobody else would close it.
  const sweep = setInterval(() => connections.closeUnused(), CLOSE_UNUSED_MS);
  const limit = setTimeout(() => connections.closeAll(), FINISH_REQUESTS_MS);
  await app.close();
  clearInterval(sweep);
  clearTimeout(limit);
  await internal.close();
}

function notYet(): never {
  throw new AppError('transient', 'service.not_ready', 'the gateway is starting; try again');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
