import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { RpcMessage } from '@btcforecast/contracts';
import type { z } from 'zod';
import type { RpcCall } from './rpc-call.js';
import { RPC_MESSAGE } from './rpc-message.key.js';
import { RpcServerInterceptor } from './rpc-server.interceptor.js';

type RpcMethod<M extends RpcMessage> = (
  body: z.output<M['request']>,
  call: RpcCall,
) => Promise<z.input<M['reply']>>;

/**
 * Makes a controller method the answer to a call:
 * `@Rpc(predictionRpc.performance) performance(body: z.infer<...>): Promise<PerformanceReply>`.
 * The method gets the parsed body, and the call for work that takes or waits long; its result is checked against
 * the reply schema, which drops unknown fields.
 * Envelope, token, deadline, trace, metrics and errors are dealt with around it.
 */
export function Rpc<M extends RpcMessage>(message: M) {
  return <F extends RpcMethod<M>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): void => {
    applyDecorators(
      MessagePattern(message.name),
      SetMetadata(RPC_MESSAGE, message),
      UseInterceptors(RpcServerInterceptor),
    )(target, key, descriptor);
    Payload()(target, key, 0);
    Ctx()(target, key, 1); // the interceptor puts the call in the place of Nest's context
  };
}
