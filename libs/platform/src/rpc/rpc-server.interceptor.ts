import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RpcAnswer, RpcEnvelope, type RpcMessage } from '@btcforecast/contracts';
import type { Counter } from 'prom-client';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { PlatformEnv } from '../config/platform.env.js';
import { AppError, toAppError } from '../errors/app-error.js';
import { HealthRegistry } from '../health/health-registry.js';
import type { Logger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import type { TalliedHistogram } from '../metrics/tallied-histogram.js';
import { ENV, LOGGER } from '../nest/tokens.js';
import { sampledTraceId, withTraceparent } from '../tracing/spans.js';
import { RpcLoad } from './rpc-load.js';
import { RPC_MESSAGE } from './rpc-message.key.js';
import { RpcToken } from './rpc-token.js';
import { RunningCalls } from './running-calls.js';

/** Everything around a handler marked with `@Rpc`; every outcome, good or bad, becomes one RpcAnswer. */
@Injectable()
export class RpcServerInterceptor implements NestInterceptor {
  readonly #reflector = new Reflector();
  readonly #token: RpcToken;
  readonly #requests: Counter<'message' | 'outcome'>;
  readonly #durations: TalliedHistogram<'message'>;

  constructor(
    @Inject(ENV) env: PlatformEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
    private readonly health: HealthRegistry,
    private readonly load: RpcLoad,
    private readonly calls: RunningCalls,
  ) {
    this.#token = new RpcToken(env.RPC_TOKEN);
    this.#requests = metrics.counter('rpc_server_requests_total', 'Calls answered', ['message', 'outcome']);
    this.#durations = metrics.tallied('rpc_server_duration_seconds', 'Time to answer a call');
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<RpcAnswer> {
    const message = this.#reflector.get<RpcMessage>(RPC_MESSAGE, context.getHandler());
    return from(this.load.track(() => this.#answer(message, context.getArgs(), next)));
  }

  async #answer(message: RpcMessage, args: unknown[], next: CallHandler): Promise<RpcAnswer> {
    const start = performance.now();
    let outcome = 'ok';
    let traceId: string | undefined;
    try {
      const envelope = this.#admit(args[0]);
      const body = await this.calls.run(envelope, (call) =>
        withTraceparent(envelope.traceparent, `rpc.server ${message.name}`, async () => {
          traceId = sampledTraceId();
          args[0] = parsed('request', message, message.request, envelope.body);
          args[1] = call;
          return parsed('reply', message, message.reply, await lastValueFrom(next.handle()));
        }),
      );
      return { ok: true, body };
    } catch (error) {
      const cause = toAppError(error);
      outcome = cause.kind;
      if (cause.kind === 'bug') this.logger.error({ message: message.name, err: error }, 'call failed');
      return { ok: false, error: onTheWire(cause) };
    } finally {
      const seconds = (performance.now() - start) / 1_000;
      this.#durations.tally({ message: message.name }).observe(seconds, traceId);
      this.#requests.inc({ message: message.name, outcome });
    }
  }

  /** What must hold before the handler may run; whoever shows no valid token learns nothing else. */
  #admit(data: unknown): RpcEnvelope {
    const envelope = RpcEnvelope.safeParse(data);
    if (!envelope.success) {
      throw new AppError('caller', 'rpc.invalid_message', 'the call does not have the envelope of version 1');
    }
    if (!this.#token.matches(envelope.data.token)) {
      throw new AppError(
        'caller',
        'rpc.forbidden',
        'the call shows a wrong token; give all services one RPC_TOKEN',
      );
    }
    if (this.health.draining) {
      throw new AppError(
        'transient',
        'rpc.unavailable',
        'the service is shutting down; ask another instance',
        {
          refused: 1,
        },
      );
    }
    return envelope.data;
  }
}

function parsed(
  side: 'request' | 'reply',
  message: RpcMessage,
  schema: RpcMessage['request'],
  value: unknown,
): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'the body';
  throw new AppError(
    side === 'request' ? 'caller' : 'bug',
    'rpc.invalid_message',
    `${side} of ${message.name} breaks its schema: ${where}: ${issue?.message}`,
  );
}

/** A bug keeps its code, so that it can be counted, but its message and details stay in this process. */
function onTheWire(error: AppError): Extract<RpcAnswer, { ok: false }>['error'] {
  return error.kind === 'bug'
    ? { kind: 'bug', code: error.code, message: 'internal error', details: {} }
    : { kind: error.kind, code: error.code, message: error.message, details: { ...error.details } };
}
