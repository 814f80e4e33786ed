import type { ServerResponse } from 'node:http';
import type { StreamQuery } from '@btcforecast/contracts';
import type { Logger } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientOf } from '../../http/request-client.js';
import type { StreamHub } from '../stream-hub.js';
import type { StreamMetrics } from '../stream-metrics.js';
import { maxLagOf, type StreamSettings } from '../stream-settings.js';
import type { PreparedSubscription, Subscriber } from '../subscriber.js';
import { shownFrom } from '../tickets/ticket-credential.js';
import { SseConnection } from './sse-connection.js';

export interface SseStreamsParts {
  readonly hub: StreamHub;
  readonly subscriber: Subscriber;
  readonly settings: StreamSettings;
  readonly metrics: StreamMetrics;
  readonly logger: Logger;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform: a proxy that compresses would hold events back until its block is full.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** Opens event streams. */
export class SseStreams {
  constructor(private readonly parts: SseStreamsParts) {}

  /** @throws AppError as StreamHub.reserve and Subscriber.prepare; nothing has been answered then */
  async open(request: FastifyRequest, reply: FastifyReply, query: StreamQuery): Promise<void> {
    const principal = clientOf(request);
    const release = this.parts.hub.reserve(principal);
    try {
      const lastEventId = query.lastEventId ?? headerOf(request);
      const prepared = await this.parts.subscriber.prepare(
        { ...query, conflate: 'all', lastEventId },
        principal,
      );
      if (reply.raw.destroyed) {
        reply.hijack(); // its client has gone, which has been noted
        return release();
      }
      const response = this.#answer(request, reply);
      if (request.method !== 'HEAD') return this.#open(request, response, prepared, release);
      response.end();
      release();
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The stream ends with its connection, so the bytes of an event are the same for everybody: no frames of chunks. */
  #answer(request: FastifyRequest, reply: FastifyReply): ServerResponse {
    const response = reply.hijack().raw;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
    response.flushHeaders();
    request.settle(200);
    return response;
  }

  #open(
    request: FastifyRequest,
    response: ServerResponse,
    prepared: PreparedSubscription,
    release: () => void,
  ): void {
    const { hub, settings, metrics, logger } = this.parts;
    let events = 0;
    const openedAt = performance.now();
    const connection = new SseConnection({
      principal: clientOf(request),
      address: shownFrom(request),
      response,
      settings,
      maxLag: maxLagOf(settings),
      onEvent: () => (events += 1),
      onEnd: (reason) => {
        hub.remove(connection);
        release();
        metrics.closed('sse', reason);
        metrics.delivered('sse', events);
        const ms = Math.round(performance.now() - openedAt);
        logger.info({ requestId: request.id, transport: 'sse', reason, events, ms }, 'stream closed');
      },
    });
    metrics.opened('sse');
    connection.begin(prepared.begin(connection), prepared.reset);
    hub.add(connection);
  }
}

/** Set by browsers, and by every client of event streams, when they connect again. */
function headerOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
