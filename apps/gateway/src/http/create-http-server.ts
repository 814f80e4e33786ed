import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { AppError, problemOf } from '@btcforecast/platform';
import { fastify, type FastifyInstance } from 'fastify';
import type { GatewayEnv } from '../gateway.env.js';
import { WS_PATH } from '../streams/ws/ws-answers.js';
import { errorText, type ProblemReply } from './problem-reply.js';
import { requestIdOf } from './request-identity.js';
import { type HttpLimits, LIMITS } from './request-limits.js';
import { setStandardHeaders } from './standard-headers.js';

const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Fastify with limits, before any route: what comes before routing is answered with problems too. */
export function createHttpServer(
  env: Pick<GatewayEnv, 'GATEWAY_TRUST_PROXY'>,
  problems: ProblemReply,
  limits: HttpLimits = LIMITS,
): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.arrivalMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.arrivalMs,
      connectionsCheckingInterval: limits.arrivalCheckMs,
      // Elsewhere the header Upgrade is ignored, which RFC 9110, section 7.8, allows, and the reply is an ordinary one.
      shouldUpgradeCallback: ({ url = '' }) => url.split('?', 1)[0] === WS_PATH,
    },
    routerOptions: { maxParamLength: limits.paramChars },
    trustProxy: env.GATEWAY_TRUST_PROXY?.split(',').map((address) => address.trim()) ?? false,
    // While shutting down requests on open connections are still answered, and then the connection is closed.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    frameworkErrors: (error, request, reply) => {
      setStandardHeaders(request, reply);
      problems.send(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, limits),
  });
}

/** A message that is not HTTP, too slow or too long: there is no request object, only a socket. */
function answerUnreadable(error: UnreadableError, socket: Socket, limits: HttpLimits): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(unreadableReply(error, limits));
  socket.destroy(error);
}

/** What Node's parser says; with what it was reading, if it got that far. */
type UnreadableError = NodeJS.ErrnoException & { readonly rawPacket?: unknown };
const REQUEST_LINE = /^[A-Z]+ (\S+)/;

function unreadableReply({ code, rawPacket }: UnreadableError, limits: HttpLimits): string {
  const { status, body } = problemOf(unreadableCause(code, limits), { instance: '', traceId: randomUUID() });
  const start = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, limits.paramChars) : '';
  const url = REQUEST_LINE.exec(start)?.[1] ?? '';
  const { type, text } = errorText(body, { url, headers: {} });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}

function unreadableCause(reason: string | undefined, { headerBytes, arrivalMs }: HttpLimits): AppError {
  if (reason === 'HPE_HEADER_OVERFLOW') {
    const detail = `address and headers together exceed ${headerBytes} bytes; send less`;
    return new AppError('caller', 'request.headers_too_large', detail);
  }
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const detail = `the request did not arrive within ${arrivalMs / 1000} seconds; send it faster, or less of it`;
    return new AppError('caller', 'request.timeout', detail);
  }
  return new AppError('caller', 'request.invalid', 'this is not a readable HTTP request');
}
