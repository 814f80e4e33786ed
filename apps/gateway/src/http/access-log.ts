import { createLogger, type Logger } from '@btcforecast/platform';
import { destination } from 'pino';
import type { GatewayEnv } from '../gateway.env.js';

/** Lines wait for company up to this length or time, so that a request does not cost a system call of its own. */
const BATCH_CHARS = 16_384;
const BATCH_MS = 250;

export interface AccessLog {
  readonly logger: Logger;
  /** Writes what still waits, and waits for no more. */
  close(): void;
}

/** One info line for each request, beside the main log on standard output. */
export function createAccessLog(name: string, env: GatewayEnv, main: Logger): AccessLog {
  if (env.LOG_PRETTY) return { logger: main, close: () => undefined };
  const output = new BatchedOutput(destination({ fd: 1, sync: true }));
  const logger = createLogger(name, { level: env.LOG_LEVEL, region: env.REGION, destination: output });
  // Its lines have fixed fields, none of them secret: looking for secrets in each would cost more than the reply.
  return { logger: logger.child({}, { redact: [] }), close: () => output.close() };
}

/** Joins lines before they are encoded, which is several times cheaper than line by line. */
class BatchedOutput {
  readonly #timer = setInterval(() => this.#flush(), BATCH_MS).unref();
  #text = '';

  constructor(private readonly output: { write(text: string): unknown }) {}

  write(line: string): void {
    this.#text += line;
    if (this.#text.length >= BATCH_CHARS) this.#flush();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #flush(): void {
    if (this.#text !== '') this.output.write(this.#text);
    this.#text = '';
  }
}
