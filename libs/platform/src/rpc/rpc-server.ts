import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import type { PlatformEnv } from '../config/platform.env.js';
import { rpcTls } from './rpc-tls.js';

/**
 * Characters of one request, and of requests that arrive together; a longer one closes the connection. An uploaded
 * model of 1 MiB takes 1.4 million as base64.
 */
export const MAX_REQUEST_CHARS = 2 * 1024 * 1024;
/** Characters of one answer: a page of a thousand forecasts with outcomes has about 1.5 million. */
export const MAX_ANSWER_CHARS = 16 * 1024 * 1024;
/** A peer that stops in the middle of a message is cut off after this time. */
const INCOMPLETE_MESSAGE_TIMEOUT_MS = 5_000;

/**
 * How a service answers calls: Nest's TCP transport on RPC_HOST:RPC_PORT, with mutual TLS when configured.
 * For `app.connectMicroservice` or `NestFactory.createMicroservice`; handlers are methods marked with `@Rpc`.
 */
export function createRpcMicroserviceOptions(env: PlatformEnv): MicroserviceOptions {
  const tls = rpcTls(env);
  return {
    transport: Transport.TCP,
    options: {
      host: env.RPC_HOST,
      port: env.RPC_PORT ?? 0,
      maxBufferSize: MAX_REQUEST_CHARS,
      maxSendBufferSize: 4 * MAX_ANSWER_CHARS,
      incompleteMessageTimeout: INCOMPLETE_MESSAGE_TIMEOUT_MS,
      ...(tls ? { tlsOptions: { ...tls, requestCert: true, rejectUnauthorized: true } } : {}),
    },
  };
}
