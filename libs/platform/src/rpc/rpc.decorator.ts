import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { RpcMessage } from '@btcforecast/contracts';
import type { z } from 'zod';
import { RPC_MESSAGE } from './rpc-message.key.js';
import { RpcServerInterceptor } from './rpc-server.interceptor.js';

type RpcMethod<M extends RpcMessage> = (body: z.output<M['request']>) => Promise<z.input<M['reply']>>;

/**
 * Makes a controller method the answer to a call:
 * `@Rpc(predictionRpc.performance) performance(body: z.infer<...>): Promise<PerformanceReply>`.
 * The method gets the parsed body; its result is checked against the reply schema, which drops unknown fields.
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
  };
}
