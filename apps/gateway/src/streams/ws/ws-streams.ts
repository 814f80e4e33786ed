import { issueWords, WsQuery } from '@btcforecast/contracts';
import { AppError, type Logger } from '@btcforecast/platform';
import fastifyWebsocket from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { fieldErrorsOf } from '../../http/field-errors.js';
import type { ProblemReply } from '../../http/problem-reply.js';
import { querySchema } from '../../http/query-schema.js';
import { clientOf } from '../../http/request-client.js';
import { InvalidRequestError } from '../../http/request-error.js';
import type { ReplayBuffer } from '../record/replay-buffer.js';
import type { StreamHub } from '../stream-hub.js';
import type { StreamMetrics } from '../stream-metrics.js';
import { maxLagOf, type StreamSettings } from '../stream-settings.js';
import type { Subscriber } from '../subscriber.js';
import { shownFrom } from '../tickets/ticket-credential.js';
import { WS_PATH } from './ws-answers.js';
import { WsConnection } from './ws-connection.js';

export interface WsStreamsParts {
  readonly hub: StreamHub;
  readonly subscriber: Subscriber;
  readonly buffer: ReplayBuffer;
  readonly settings: StreamSettings;
  readonly metrics: StreamMetrics;
  readonly logger: Logger;
}

const OPTIONS = {
  /** Of one message, bytes; a larger one ends the connection with code 1009. */
  maxPayload: 4 * 1024,
  /** A client that does not answer our close is cut off after this time, ms. */
  closeTimeout: 3_000,
};
/** IANA's registry of WebSocket close codes. */
const TRY_AGAIN_LATER = 1013;
const query = querySchema(WsQuery);

/** Opens WebSockets. Whoever may not have one is answered in HTTP, before the connection becomes one. */
export class WsStreams {
  constructor(private readonly parts: WsStreamsParts) {}

  /**
   * The route, which no controller can have: Nest knows requests and replies only. In a context of its own, so that the
   * hooks of the library cost other routes nothing.
   */
  async register(server: FastifyInstance, problems: ProblemReply): Promise<void> {
    await server.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => problems.send(error, request, reply));
      await scope.register(fastifyWebsocket, {
        options: OPTIONS,
        // What a client sends that is no WebSocket message is answered by the library with a close code.
        errorHandler: (error, _socket, request) =>
          this.parts.logger.debug({ requestId: request.id, err: error }, 'websocket failed'),
      });
      scope.route({
        method: 'GET',
        url: WS_PATH,
        config: { permission: 'streams:read', ticket: true, endless: true },
        preHandler: (request, reply, done) => {
          this.#admit(request, reply);
          done();
        },
        handler: () => undefined, // never reached: what is no upgrade is refused before
        wsHandler: (socket, request) => this.#open(socket, request),
      });
    });
  }

  /** @throws AppError stream.upgrade_required, stream.origin_refused, request.invalid, as StreamHub.reserve */
  #admit(request: FastifyRequest, reply: FastifyReply): void {
    if (!request.ws) {
      reply.header('upgrade', 'websocket');
      const message = `${WS_PATH} is a WebSocket: connect with a WebSocket client; GET /v1/stream is for HTTP`;
      throw new AppError('caller', 'stream.upgrade_required', message);
    }
    const read = query.safeParse(request.query, { error: issueWords });
    if (!read.success) throw new InvalidRequestError(fieldErrorsOf(read.error, ['query']));
    this.#checkOrigin(request);
    this.parts.hub.reserve(clientOf(request))(); // only to see: an upgrade may still fail
  }

  /** A page of any origin may open a WebSocket, with the cookies of its user: the same-origin policy does not reach here. */
  #checkOrigin({ headers: { origin }, host }: FastifyRequest): void {
    if (origin === undefined || this.parts.settings.origins.includes(origin)) return;
    if (URL.parse(origin)?.host === host) return;
    const message =
      'pages of this origin may not use the API; whoever runs it can add the origin to GATEWAY_CORS_ORIGINS';
    throw new AppError('caller', 'stream.origin_refused', message);
  }

  #open(socket: WebSocket, request: FastifyRequest): void {
    const { hub, subscriber, buffer, settings, metrics, logger } = this.parts;
    request.settle(101);
    const release = this.#reserved(socket, request);
    if (!release) return;
    let events = 0;
    const openedAt = performance.now();
    const connection = new WsConnection({
      principal: clientOf(request),
      address: shownFrom(request),
      socket,
      tcp: request.socket,
      requestId: request.id,
      subscriber,
      settings,
      maxLag: maxLagOf(settings),
      logger,
      head: () => buffer.head,
      onEvent: () => (events += 1),
      onEnd: (reason) => {
        hub.remove(connection);
        release();
        metrics.closed('ws', reason);
        metrics.delivered('ws', events);
        const ms = Math.round(performance.now() - openedAt);
        logger.info({ requestId: request.id, transport: 'ws', reason, events, ms }, 'stream closed');
      },
    });
    metrics.opened('ws');
    hub.add(connection);
  }

  /** Others may have taken the room that there was a moment ago. */
  #reserved(socket: WebSocket, request: FastifyRequest): (() => void) | undefined {
    try {
      return this.parts.hub.reserve(clientOf(request));
    } catch {
      socket.close(TRY_AGAIN_LATER);
      return undefined;
    }
  }
}
