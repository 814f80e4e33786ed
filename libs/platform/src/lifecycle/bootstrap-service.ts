import { createLogger } from '../logging/create-logger.js';
import { announceReady, exitOnFailedStart, exitOnSignal, exitOnUncaught } from './service-process.js';
import { type RunningService, type ServiceOptions, startService } from './start-service.js';

/**
 * The whole `main.ts` of a service:
 *
 * ```ts
 * await bootstrapService({ name: 'worker', module: WorkerModule, env: loadEnv(WorkerEnv) });
 * ```
 *
 * Starts it, tells the supervisor when it is ready, and ends it in order on SIGTERM, SIGINT or the supervisor's
 * death. A service that cannot start logs why and ends with code 78 (configuration) or 1.
 */
export async function bootstrapService(options: ServiceOptions): Promise<RunningService> {
  const { name, env } = options;
  const logger =
    options.logger ??
    createLogger(name, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY, region: env.REGION });
  exitOnUncaught(logger);
  const starting = startService({ ...options, logger });
  exitOnSignal(logger, starting);
  try {
    const service = await starting;
    const { internalPort, rpcPort } = service;
    logger.info({ internalPort, rpcPort, source: env.MARKET_SOURCE, feed: env.MARKET_FEED }, 'service ready');
    announceReady({ name, internalPort, rpcPort });
    return service;
  } catch (error) {
    return exitOnFailedStart(logger, error);
  }
}
