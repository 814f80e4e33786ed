import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { SpanKind } from '@opentelemetry/api';
import {
  ERROR_CODES,
  type ErrorCode,
  RPC_CANCEL,
  RPC_SERVICES,
  RpcAnswer,
  type RpcEnvelope,
  type RpcMessage,
  type RpcService,
} from '@btcforecast/contracts';
import type { Counter } from 'prom-client';
import type { z } from 'zod';
import type { HostPort } from '../config/platform.env.js';
import { AppError, isAppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Clock } from '../time/clock.js';
import { currentTraceparent, withSpan } from '../tracing/spans.js';
import { AbandonedError, ConnectionLostError, NoAnswerError } from './rpc-connection.js';
import { RpcInstance } from './rpc-instance.js';
import { RpcPool } from './rpc-pool.js';
import type { RpcTls } from './rpc-tls.js';

export interface RpcClientOptions {
  readonly addresses: Readonly<Record<RpcService, readonly HostPort[]>>;
  readonly token: string;
  /** Name of this service, shown to the one that answers. */
  readonly caller: string;
  readonly tls?: RpcTls | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface RpcCallOptions {
  /** How long the caller waits, all attempts together, in milliseconds; default 3000. */
  readonly deadlineMs?: number;
  /** Aborted when the caller stops waiting; the service is told, and does not begin what it has not begun. */
  readonly signal?: AbortSignal;
  /**
   * The deadline was chosen by somebody outside and may be shorter than any service can answer: that it passes says
   * nothing about the service, and must not keep others from asking it.
   */
  readonly impatient?: boolean;
}

const DEFAULT_DEADLINE_MS = 3_000;

/**
 * Calls to other services, typed by the messages of contracts:
 * `rpc.call(predictionRpc.performance, { instrument, horizon, window })`.
 *
 * There is one connection to each instance, configured or found; calls go round over those that are connected. While
 * none is, a call waits for a connection, but not for a service that has been away for seconds. A call lost
 * with its connection is sent once more if the message is idempotent. The answer is what the server checked
 * against the reply schema.
 *
 * @throws AppError as the server threw it (a bug without its message); transient rpc.unavailable when no
 *   instance can be reached, transient rpc.deadline_exceeded when no answer came in time
 */
export class RpcClient {
  readonly #pools: Readonly<Record<RpcService, RpcPool>>;
  readonly #requests: Counter<'message' | 'outcome'>;
  readonly #retries: Counter<'message'>;
  /** With a number behind it the name of a call, known to nobody else. */
  readonly #id = randomUUID();
  #calls = 0;

  constructor(private readonly options: RpcClientOptions) {
    const pool = (service: RpcService): RpcPool =>
      new RpcPool(service, options.addresses[service], options.tls, options.logger);
    this.#pools = { 'market-data': pool('market-data'), prediction: pool('prediction') };
    const { metrics } = options;
    this.#requests = metrics.counter('rpc_client_requests_total', 'Calls made', ['message', 'outcome']);
    this.#retries = metrics.counter('rpc_client_retries_total', 'Calls sent a second time', ['message']);
    this.#showReach(metrics);
  }

  async call<M extends RpcMessage>(
    message: M,
    body: z.input<M['request']>,
    options: RpcCallOptions = {},
  ): Promise<z.output<M['reply']>> {
    let outcome = 'ok';
    try {
      const answer = await withSpan(
        `rpc.client ${message.name}`,
        { 'rpc.service': message.service },
        () => this.#attempt(message, body, options),
        { kind: SpanKind.CLIENT },
      );
      return answer as z.output<M['reply']>;
    } catch (error) {
      const cause = rpcError(error, message);
      outcome = cause.kind;
      throw cause;
    } finally {
      this.#requests.inc({ message: message.name, outcome });
    }
  }

  /** Resolves once an instance of the service is connected; rejects with rpc.unavailable after `withinMs`. */
  async ready(service: RpcService, withinMs = DEFAULT_DEADLINE_MS): Promise<void> {
    await this.#pools[service].connected(performance.now() + withinMs, { patient: true });
  }

  /** From now on calls go to these instances; what has been asked of others is still answered. */
  follow(service: RpcService, addresses: readonly HostPort[]): void {
    this.#pools[service].follow(addresses);
  }

  /** Calls without an answer yet, of all services. */
  get pendingCalls(): number {
    return RPC_SERVICES.reduce((sum, service) => sum + this.#pools[service].pendingCalls, 0);
  }

  close(): void {
    for (const service of RPC_SERVICES) this.#pools[service].close();
  }

  async #attempt(message: RpcMessage, body: unknown, options: RpcCallOptions): Promise<unknown> {
    const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const endsAtMs = performance.now() + deadlineMs;
    const envelope: RpcEnvelope = {
      v: 1,
      deadline: Math.ceil(this.options.clock.now() + deadlineMs),
      traceparent: currentTraceparent(),
      caller: this.options.caller,
      token: this.options.token,
      ...(options.signal && { call: this.#nextName() }),
      body,
    };
    const send = (instance: RpcInstance): Promise<unknown> =>
      this.#send(instance, message, envelope, endsAtMs, options);
    const { signal } = options;
    const pool = this.#pools[message.service];
    const first = await pool.connected(endsAtMs, { signal });
    try {
      return await send(first);
    } catch (error) {
      if (!mayRetry(error, message)) throw error;
      this.#retries.inc({ message: message.name });
      return send(await pool.connected(endsAtMs, { avoid: first, signal }));
    }
  }

  /** One attempt; what the caller no longer waits for is not sent, or taken back. */
  async #send(
    instance: RpcInstance,
    message: RpcMessage,
    envelope: RpcEnvelope,
    endsAtMs: number,
    { signal, impatient }: RpcCallOptions,
  ): Promise<unknown> {
    if (signal?.aborted) throw new AbandonedError('the caller stopped waiting');
    const leftMs = endsAtMs - performance.now();
    if (leftMs <= 0) throw new AbandonedError('no time was left');
    try {
      return unwrap(message, await instance.call(message.name, envelope, leftMs, { signal, impatient }));
    } catch (error) {
      const { token, call } = envelope;
      if (signal?.aborted && call !== undefined) instance.tell(RPC_CANCEL, { token, call });
      throw error;
    }
  }

  #showReach(metrics: Metrics): void {
    const help = 'Instances of a service, by whether they can be asked: connected, and no circuit open';
    metrics.gauge('rpc_client_instances', help, ['target', 'state'], (gauge) => {
      for (const target of RPC_SERVICES) {
        const { reach } = this.#pools[target];
        if (!reach) continue;
        gauge.set({ target, state: 'askable' }, reach.askable);
        gauge.set({ target, state: 'away' }, reach.known - reach.askable);
      }
    });
  }

  #nextName(): string {
    this.#calls += 1;
    return `${this.#id}-${this.#calls}`;
  }
}

/** A call that a draining server refused did not run, so any message may go elsewhere. */
function mayRetry(error: unknown, message: RpcMessage): boolean {
  if (isAppError(error)) return error.details['refused'] === 1;
  return error instanceof ConnectionLostError && message.idempotent;
}

function unwrap(message: RpcMessage, response: unknown): unknown {
  const answer = RpcAnswer.safeParse(response);
  if (!answer.success) {
    throw new AppError(
      'bug',
      'rpc.invalid_message',
      `${message.name} was answered with something unreadable`,
    );
  }
  if (answer.data.ok) return answer.data.body;
  const { kind, code, message: text, details } = answer.data.error;
  throw new AppError(kind, knownCode(code), text, details);
}

/** The other side may run a later version that knows more codes. */
function knownCode(code: string): ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(code) ? (code as ErrorCode) : 'internal.bug';
}

function rpcError(error: unknown, message: RpcMessage): AppError {
  if (isAppError(error)) return error;
  const details = { message: message.name };
  if (error instanceof NoAnswerError || error instanceof AbandonedError) {
    const text = `${message.service} did not answer in time: ${error.message}; try again`;
    return new AppError('transient', 'rpc.deadline_exceeded', text, details, { cause: error });
  }
  if (error instanceof ConnectionLostError) {
    const text = `${message.service} cannot be reached: ${error.message}; try again`;
    return new AppError('transient', 'rpc.unavailable', text, details, { cause: error });
  }
  const text = `${message.name} failed: ${(error as Error).message}`;
  return new AppError('bug', 'rpc.invalid_message', text, details, { cause: error });
}
