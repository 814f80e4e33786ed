import { fastify } from 'fastify';
import { Registry } from 'prom-client';
import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { HealthRegistry } from './health-registry.js';

export interface InternalServerOptions {
  readonly port: number;
  readonly host: string;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface InternalServer {
  /** The port in use: the asked one, or a free one when 0 was asked. */
  readonly port: number;
  close(): Promise<void>;
}

/** The port for operators: GET /health/live, /health/ready (503 while not ready) and /metrics. Never public. */
export async function startInternalServer(options: InternalServerOptions): Promise<InternalServer> {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const report = await options.health.report();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  app.get('/metrics', async ({ headers }, reply) => {
    const { registry } = options.metrics;
    const isOpen = headers.accept?.includes('application/openmetrics-text') ?? false;
    reply.type(isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : registry.contentType);
    return reply.send(await (isOpen ? options.metrics.openMetrics() : registry.metrics()));
  });
  await app.listen({ port: options.port, host: options.host });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  options.logger.debug({ port }, 'internal server listens');
  return { port, close: () => app.close() };
}
