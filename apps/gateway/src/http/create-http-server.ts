import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { AppError, problemOf } from '@btcforecast/platform';
import { fastify, type FastifyInstance } from 'fastify';
import type { GatewayEnv } from '../gateway.env.js';
import { errorText, type ProblemReply } from './problem-reply.js';
import { requestIdOf } from './request-identity.js';
import { setStandardHeaders } from './standard-headers.js';

const MAX_BODY_BYTES = 16 * 1024;
/** Address and headers together; Node answers more with 431. */
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_PARAM_CHARS = 100;
/** A client that sends its request more slowly than this is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Fastify with limits, before any route: what comes before routing is answered with problems too. */
export function createHttpServer(env: GatewayEnv, problems: ProblemReply): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: REQUEST_TIMEOUT_MS },
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    trustProxy: env.GATEWAY_TRUST_PROXY?.split(',').map((address) => address.trim()) ?? false,
    // While shutting down requests on open connections are still answered, and then the connection is closed.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    frameworkErrors: (error, request, reply) => {
      setStandardHeaders(request, reply);
      problems.send(error, request, reply);
    },
    clientErrorHandler: answerUnreadable,
  });
}

/** A message that is not HTTP, too slow or too long: there is no request object, only a socket. */
function answerUnreadable(error: UnreadableError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(unreadableReply(error));
  socket.destroy(error);
}

/** What Node's parser says; with what it was reading, if it got that far. */
type UnreadableError = NodeJS.ErrnoException & { readonly rawPacket?: unknown };
const REQUEST_LINE = /^[A-Z]+ (\S+)/;

function unreadableReply({ code, rawPacket }: UnreadableError): string {
  const [status, cause] = unreadableCause(code);
  const { body } = problemOf(cause, { instance: '', traceId: randomUUID() });
  const start = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, MAX_PARAM_CHARS) : '';
  const url = REQUEST_LINE.exec(start)?.[1] ?? '';
  const { type, text } = errorText({ ...body, status }, { url, headers: {} });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}

function unreadableCause(reason: string | undefined): [status: number, cause: AppError] {
  if (reason === 'HPE_HEADER_OVERFLOW') {
    const detail = `address and headers together exceed ${MAX_HEADER_BYTES} bytes; send less`;
    return [431, new AppError('caller', 'request.too_large', detail)];
  }
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return [
      408,
      new AppError('caller', 'request.invalid', 'the request did not arrive in time; send it again'),
    ];
  }
  return [400, new AppError('caller', 'request.invalid', 'this is not a readable HTTP request')];
}
