import type { Principal } from '@btcforecast/access';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { performance } from 'node:perf_hooks';
import { addVary } from '../http/add-vary.js';
import {
  compressedOnce,
  type ContentEncoding,
  encodingFor,
  WORTH_COMPRESSING,
} from '../http/content-encoding.js';
import { matchesEtag, weak } from '../http/etag.js';
import { serverTiming } from '../http/manners.hooks.js';
import type { ForecastBytes } from './forecast-memory.js';
import { type ForecastAnswer, ForecastService } from './forecast.service.js';

const JSON_TYPE = 'application/json; charset=utf-8';
/** RFC 9211. Clients need not read it; whoever operates this wants to see it. */
const CACHE_STATUS = {
  hit: 'btcforecast; hit',
  miss: 'btcforecast; fwd=miss',
  revalidating: 'btcforecast; hit; ttl=0; detail=prediction-slow',
  stale: 'btcforecast; hit; ttl=0; detail=prediction-unavailable',
} as const;

/** Latest forecasts as HTTP replies: bytes, ETag, 304, compressed once. */
@Injectable()
export class ForecastReplies {
  constructor(private readonly forecasts: ForecastService) {}

  /** The reply, when it is in memory; then {@link send} answers with it. */
  inMemory(request: FastifyRequest, client: Principal): ForecastBytes | undefined {
    return this.forecasts.fromMemory(request.raw.url ?? '', client);
  }

  send(request: FastifyRequest, reply: FastifyReply, known: ForecastBytes): void {
    reply.send(this.prepare(request, reply, { reply: known, how: 'hit' }));
  }

  /** Sets the head of the reply and returns its body; none (304) when the client has these bytes already. */
  prepare(
    request: FastifyRequest,
    reply: FastifyReply,
    { reply: bytes, how }: ForecastAnswer,
  ): string | Buffer | undefined {
    // Keys differ in what they may do one day, and a newer forecast may be out within seconds: ask each time.
    reply.header('cache-control', 'private, no-cache');
    reply.header('cache-status', CACHE_STATUS[how]);
    reply.header('server-timing', `cache;desc=${how}, ${serverTiming(request)}`);
    addVary(reply, 'accept-encoding');
    if (how === 'stale' || how === 'revalidating') reply.header('age', ageSeconds(bytes));
    const encoding = bytes.body.length < WORTH_COMPRESSING ? 'identity' : encodingOf(request);
    reply.header('etag', encoding === 'identity' ? bytes.etag : weak(bytes.etag));
    if (matchesEtag(request.headers['if-none-match'], bytes.etag)) {
      reply.code(304);
      return undefined;
    }
    reply.type(JSON_TYPE);
    if (encoding === 'identity') return bytes.body;
    reply.header('content-encoding', encoding);
    return compressedOnce(bytes.body, bytes.etag, encoding);
  }
}

/** Browsers that send a cookie by themselves get nothing compressed; see compression.ts. */
function encodingOf({ headers, principal }: FastifyRequest): ContentEncoding | 'identity' {
  return principal?.kind === 'session' ? 'identity' : encodingFor(headers['accept-encoding']);
}

function ageSeconds({ confirmedAt }: ForecastBytes): string {
  return String(Math.round((performance.now() - confirmedAt) / 1000));
}
