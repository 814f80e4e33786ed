import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { RpcMessage } from '@btcforecast/contracts';
import { isAppError, type RpcCallOptions, RpcClient } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { isAudited } from '../audit/audit.hooks.js';
import { deadlineExceeded, USUAL_DEADLINE_MS } from './request-deadline.js';

type Body<M extends RpcMessage> = z.input<M['request']>;
type Reply<M extends RpcMessage> = z.output<M['reply']>;

/** On whose behalf something is asked: a request by HTTP, or a call that came in another way and has so long, ms. */
export type Asker = FastifyRequest | { readonly leftMs: number };

/** The services behind the gateway, asked on behalf of a request. Nothing else here talks to them. */
@Injectable()
export class Peers {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * Asks within what is left of the request's time. When its client goes away the question is taken back, unless it
   * may change something: then it goes on, so that what became of it is known and can be entered.
   *
   * @throws AppError as the service answers; transient request.deadline_exceeded, rpc.unavailable
   */
  async call<M extends RpcMessage>(request: FastifyRequest, message: M, body: Body<M>): Promise<Reply<M>> {
    const askedAt = performance.now();
    return this.#call(request, message, body).finally(() => (request.rpcMs += performance.now() - askedAt));
  }

  async #call<M extends RpcMessage>(request: FastifyRequest, message: M, body: Body<M>): Promise<Reply<M>> {
    const { deadline, routeOptions } = request;
    if (!deadline) return this.callForAll(message, body);
    if (deadline.leftMs <= 0) throw deadlineExceeded();
    const options = { deadlineMs: deadline.leftMs, impatient: deadline.shortened };
    const signal = isAudited(routeOptions) ? {} : { signal: deadline.clientGone };
    return this.rpc.call(message, body, { ...options, ...signal }).catch(rethrow);
  }

  /** As {@link call}, for whoever asks, in whichever way. */
  callFor<M extends RpcMessage>(asker: Asker, message: M, body: Body<M>): Promise<Reply<M>> {
    if (!('leftMs' in asker)) return this.call(asker, message, body);
    const { leftMs } = asker;
    if (leftMs <= 0) return Promise.reject(deadlineExceeded());
    return this.rpc
      .call(message, body, { deadlineMs: leftMs, impatient: leftMs < USUAL_DEADLINE_MS })
      .catch(rethrow);
  }

  /** As {@link call}, for several requests at once. Without options the usual time of calls between services. */
  async callForAll<M extends RpcMessage>(
    message: M,
    body: Body<M>,
    options: Pick<RpcCallOptions, 'deadlineMs' | 'impatient'> = {},
  ): Promise<Reply<M>> {
    return this.rpc.call(message, body, options).catch(rethrow);
  }
}

function rethrow(error: unknown): never {
  const late = isAppError(error) && error.code === 'rpc.deadline_exceeded';
  throw late ? deadlineExceeded(error) : error;
}
