import { isAppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import { shutdownTracing } from '../tracing/tracing-shutdown.js';
import { within } from './within.js';

/** A shutdown that takes longer is cut short. */
const HARD_LIMIT_MS = 15_000;
/** A start that goes on is given this long to end, so that what it has opened is closed. */
const FINISH_START_MS = 3_000;
/** BSD's EX_CONFIG, as loadEnv: starting again will not help. */
const EXIT_CONFIG = 78;

/** What a child tells its supervisor over the IPC channel. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly name: string;
  readonly internalPort: number;
  readonly rpcPort?: number | undefined;
  /** Of the gateway: the public port. */
  readonly port?: number | undefined;
}

/** An error that nobody caught leaves the process in an unknown state: log it and end with code 1. */
export function exitOnUncaught(logger: Logger): void {
  const end = (what: string) => (error: unknown) => {
    logger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}

/** Of this process: it was told to end. */
let ending = false;

/**
 * Closes the service and ends the process on SIGTERM or SIGINT, or when the supervisor that started it dies. A second
 * signal, or fifteen seconds, end it at once. It also ends well when it had not started yet.
 */
export function exitOnSignal(logger: Logger, starting: Promise<{ close(): Promise<void> }>): void {
  const end = async (reason: string): Promise<void> => {
    if (ending) process.exit(1);
    ending = true;
    logger.info({ reason }, 'shutting down');
    setTimeout(() => {
      logger.error({ limitMs: HARD_LIMIT_MS }, 'shutdown took too long: ended by force');
      process.exit(1);
    }, HARD_LIMIT_MS).unref();
    try {
      if (await within(FINISH_START_MS, starting)) await (await starting).close();
      await shutdownTracing();
      logger.info('shut down');
      process.exit(0);
    } catch (error) {
      logger.error({ err: error }, 'shutdown failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end('SIGTERM'));
  process.on('SIGINT', () => void end('SIGINT'));
  if (process.send) process.on('disconnect', () => void end('supervisor gone'));
}

/** Tells the supervisor, if there is one, that this process takes work. */
export function announceReady(message: Omit<ReadyMessage, 'type'>): void {
  process.send?.({ type: 'ready', ...message });
}

/** For what fails while starting: one log line, then the end; with code 0 when it was to end anyway. */
export function exitOnFailedStart(logger: Logger, error: unknown): never {
  if (ending) {
    logger.info({ err: error }, 'ended while it started');
    process.exit(0);
  }
  if (isAppError(error)) logger.fatal({ code: error.code, details: error.details }, error.message);
  else logger.fatal({ err: error }, 'start failed');
  process.exit(isAppError(error) && error.code === 'config.invalid' ? EXIT_CONFIG : 1);
}
