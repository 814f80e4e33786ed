import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Principal } from '@btcforecast/access';
import { AppError, type Logger, type Metrics } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';
import type { Counter } from 'prom-client';
import { AdaptiveLimit } from './adaptive-limit.js';
import { Pressure } from './pressure.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it counts against the limit of the gateway. */
    isLoad: boolean;
  }
  interface FastifyContextConfig {
    /** Never refused for load: whoever watches over the gateway must get an answer. */
    vital?: boolean;
  }
}

/** In the order in which they are refused, the last first. What is vital, such as health, does not ask. */
const PRIORITIES = ['admin', 'cached', 'rest'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface LoadGateOptions {
  /** How late the event loop may be before requests are refused, milliseconds. */
  readonly maxDelayMs: number;
  /** Requests that are not answered from memory, at the same time, at most. */
  readonly maxInFlight: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const LOOK_MS = 100;
/** How often the loop's lateness is measured. */
const RESOLUTION_MS = 10;
const SMOOTHING = 0.5;
/** While the loop is a little late, so many are answered all the same. */
const MIN_IN_FLIGHT = 8;
/** Clients come back spread over so many seconds. */
const RETRY_SECONDS = 4;

/**
 * Refuses requests before there are so many that none is answered: what is neither vital, nor an admin's, nor in memory
 * first. A refused one costs a small part of what an answer does.
 */
export class LoadGate {
  readonly #limit: AdaptiveLimit;
  readonly #pressure: Pressure;
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #shed: Counter<'priority'>;
  readonly #timer: NodeJS.Timeout;
  #delayMs = 0;
  #utilisation = performance.eventLoopUtilization();
  #inFlight = 0;
  #peak = 0;
  #ended = 0;
  #endedMs = 0;

  constructor(private readonly options: LoadGateOptions) {
    const { maxDelayMs, maxInFlight, metrics } = options;
    this.#limit = new AdaptiveLimit({
      maxDelayMs,
      min: Math.min(MIN_IN_FLIGHT, maxInFlight),
      max: maxInFlight,
    });
    this.#pressure = new Pressure(maxDelayMs);
    this.#shed = metrics.counter('load_shed_total', 'Requests refused for overload', ['priority']);
    for (const priority of PRIORITIES) this.#shed.inc({ priority }, 0);
    const gauges: [name: string, help: string, value: () => number][] = [
      ['load_event_loop_delay_seconds', 'How late the event loop is', () => this.#delayMs / 1_000],
      ['load_event_loop_utilization', 'Share of time that the event loop was busy', () => this.#busy()],
      ['load_in_flight', 'Requests being answered that count against the limit', () => this.#inFlight],
      ['load_in_flight_limit', 'How many of them there may be now', () => this.#limit.value],
      ['load_level', '0 calm, 1 late, 2 cached reads are refused, 3 admins too', () => this.#pressure.level],
    ];
    for (const [name, help, value] of gauges) metrics.gauge(name, help, [], (gauge) => gauge.set(value()));
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  static priorityOf(principal: Principal | undefined, isInMemory: boolean): Priority {
    if (principal?.roles.includes('admin')) return 'admin';
    return isInMemory ? 'cached' : 'rest';
  }

  /** Why a request of this priority is not answered now; undefined: it is. */
  refusal(priority: Priority): AppError | undefined {
    if (this.#hasRoom(priority)) return undefined;
    this.#shed.inc({ priority });
    const text = 'the gateway has more to do than it can; try again in a few seconds';
    const retryAfterSeconds = 1 + Math.floor(Math.random() * RETRY_SECONDS);
    return new AppError('transient', 'service.overloaded', text, { retryAfterSeconds });
  }

  #hasRoom(priority: Priority): boolean {
    const { level } = this.#pressure;
    if (priority === 'admin') return level < 3;
    return level < 2 && (priority === 'cached' || this.#inFlight < this.#limit.value);
  }

  /** A request that is not answered from memory begins; one without an end would only take a place for ever. */
  begin(request: FastifyRequest): void {
    const { vital, endless } = request.routeOptions.config;
    if (vital || endless || request.isLoad) return;
    request.isLoad = true;
    this.beginCall();
  }

  end(request: FastifyRequest, elapsedMs: number): void {
    request.isLoad = false;
    this.endCall(elapsedMs);
  }

  beginCall(): void {
    this.#inFlight += 1;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
  }

  endCall(elapsedMs: number): void {
    this.#inFlight -= 1;
    this.#ended += 1;
    this.#endedMs += elapsedMs;
  }

  #look(): void {
    const { mean, count } = this.#histogram;
    // What is measured is the time between two turns of a timer.
    const delayMs = count > 0 ? Math.max(0, mean / 1e6 - RESOLUTION_MS) : this.#delayMs;
    this.#histogram.reset();
    this.#delayMs += (delayMs - this.#delayMs) * SMOOTHING;
    const before = this.#pressure.level;
    this.#pressure.look(this.#delayMs);
    this.#limit.look({
      delayMs: this.#delayMs,
      peak: this.#peak,
      latencyMs: this.#ended > 0 ? this.#endedMs / this.#ended : undefined,
    });
    this.#peak = this.#inFlight;
    this.#ended = 0;
    this.#endedMs = 0;
    this.#tell(before);
  }

  #tell(before: number): void {
    const { level } = this.#pressure;
    const fields = { level, delayMs: Math.round(this.#delayMs), limit: this.#limit.value };
    if (level > before) this.options.logger.warn(fields, 'the event loop is late: requests are refused');
    else if (level === 0 && before > 0) this.options.logger.info(fields, 'the event loop is in time again');
  }

  /** Since the last scrape. */
  #busy(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilisation);
    this.#utilisation = now;
    return utilization;
  }
}
