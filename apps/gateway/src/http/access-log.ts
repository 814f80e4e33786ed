import { activeSpanIds, Clock, ecsBase, type Logger, type Metrics } from '@btcforecast/platform';
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
const NS_PER_MS = 1e6;
/** Balancers ask these each second; what they hear is in their own logs and metrics. */
const CHECKS: ReadonlySet<string> = new Set([
  '/health/live',
  '/health/ready',
  '/v2/health/live',
  '/v2/health/ready',
]);

/** One info line for each request, in the form of the main log and beside it on standard output; checks at debug only. */
export function createAccessLog({ name, env, main, metrics }: AccessLogOptions): AccessLog {
  if (!main.isLevelEnabled('info')) return { write: () => undefined, close: () => undefined };
  const lines = env.LOG_PRETTY
    ? { write: (entry: AccessEntry) => main.info(entry, 'request'), close: () => undefined }
    : accessLines(name, env.REGION, metrics);
  return main.isLevelEnabled('debug') ? lines : new WithoutChecks(lines);
}

function accessLines(name: string, region: string, metrics: Metrics): AccessLog {
  const lost = metrics.counter('access_log_lines_lost_total', 'Lines not written: nobody read the others');
  return new AccessLines(name, region, new LineOutput(STANDARD_OUTPUT, (lines) => lost.inc(lines)));
}

/** Leaves out what balancers ask. */
export class WithoutChecks implements AccessLog {
  constructor(private readonly log: AccessLog) {}

  write(entry: AccessEntry): void {
    if (!CHECKS.has(entry.route)) this.log.write(entry);
  }

  close(): void {
    this.log.close();
  }
}

/**
 * Writes its lines as the main logger would, several times cheaper: their fields are fixed and none is secret. It is
 * the dearest thing that happens to a request which is answered from memory.
 */
export class AccessLines implements AccessLog {
  readonly #head = '{"log.level":"info","@timestamp":"';
  readonly #base: string;
  #timeText = '';
  #timeMs = 0;

  constructor(
    name: string,
    region: string,
    private readonly output: { write(line: string): void; close(): void },
    private readonly clock = new Clock(),
  ) {
    this.#base = `",${JSON.stringify(ecsBase(name, region)).slice(1, -1)}`;
  }

  write({ requestId, method, route, path, status, ms, tenant, actor }: AccessEntry): void {
    const { trace_id: trace, span_id: span } = activeSpanIds();
    const ids = trace === undefined ? '' : `,"trace.id":"${trace}","span.id":"${span}"`;
    const who =
      tenant === undefined ? '' : `,"organization.id":"${tenant}","user.id":${JSON.stringify(actor)}`;
    const outcome =
      typeof status === 'number' ? `"http.response.status_code":${status}` : `"labels.status":"${status}"`;
    // Ids, methods, patterns and tenants hold nothing that JSON would have to escape: see where they come from.
    this.output.write(
      `${this.#head}${this.#time()}${this.#base}${ids},"http.request.id":"${requestId}","http.request.method":"${method}",` +
        `"labels.route":"${route}","url.path":${JSON.stringify(path)},${outcome},"event.duration":${Math.round(ms * NS_PER_MS)}${who},"message":"request"}\n`,
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
