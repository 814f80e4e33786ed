import { activeSpanIds, Clock, type Logger, type Metrics } from '@btcforecast/platform';
import type { GatewayEnv } from '../gateway.env.js';
import { LineOutput } from './line-output.js';

/** One request and what became of it. */
export interface AccessEntry {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly path: string;
  /** Of gRPC in words. */
  readonly status: number | string;
  readonly ms: number;
  readonly tenant?: string | undefined;
  readonly actor?: string | undefined;
}

export interface AccessLog {
  write(entry: AccessEntry): void;
  /** Writes what still waits, and waits for no more. */
  close(): void;
}

export interface AccessLogOptions {
  readonly name: string;
  readonly env: GatewayEnv;
  readonly main: Logger;
  readonly metrics: Metrics;
}

const STANDARD_OUTPUT = 1;

/** One info line for each request, in the form of the main log and beside it on standard output. */
export function createAccessLog({ name, env, main, metrics }: AccessLogOptions): AccessLog {
  if (!main.isLevelEnabled('info')) return { write: () => undefined, close: () => undefined };
  if (env.LOG_PRETTY) return { write: (entry) => main.info(entry, 'request'), close: () => undefined };
  const lost = metrics.counter('access_log_lines_lost_total', 'Lines not written: nobody read the others');
  return new AccessLines(name, env.REGION, new LineOutput(STANDARD_OUTPUT, (lines) => lost.inc(lines)));
}

/**
 * Writes its lines as the main logger would, several times cheaper: their fields are fixed and none is secret. It is
 * the dearest thing that happens to a request which is answered from memory.
 */
export class AccessLines implements AccessLog {
  readonly #head = '{"level":"info","time":"';
  readonly #base: string;
  #timeText = '';
  #timeMs = 0;

  constructor(
    name: string,
    region: string,
    private readonly output: { write(line: string): void; close(): void },
    private readonly clock = new Clock(),
  ) {
    const fields = { service: name, region, pid: process.pid, name };
    this.#base = `",${JSON.stringify(fields).slice(1, -1)}`;
  }

  write({ requestId, method, route, path, status, ms, tenant, actor }: AccessEntry): void {
    const { trace_id: trace, span_id: span } = activeSpanIds();
    const ids = trace === undefined ? '' : `,"trace_id":"${trace}","span_id":"${span}"`;
    const who = tenant === undefined ? '' : `,"tenant":"${tenant}","actor":${JSON.stringify(actor)}`;
    // Ids, methods, patterns and tenants hold nothing that JSON would have to escape: see where they come from.
    this.output.write(
      `${this.#head}${this.#time()}${this.#base}${ids},"requestId":"${requestId}","method":"${method}",` +
        `"route":"${route}","path":${JSON.stringify(path)},"status":${typeof status === 'number' ? status : `"${status}"`},"ms":${ms}${who},"msg":"request"}\n`,
    );
  }

  close(): void {
    this.output.close();
  }

  /** Thousands of lines share a millisecond. */
  #time(): string {
    const nowMs = this.clock.now();
    if (nowMs !== this.#timeMs) {
      this.#timeMs = nowMs;
      this.#timeText = new Date(nowMs).toISOString();
    }
    return this.#timeText;
  }
}
