import type { Principal } from '@btcforecast/access';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { performance } from 'node:perf_hooks';
import type { ForecastBytes } from './forecast-memory.js';
import { type ForecastAnswer, ForecastService } from './forecast.service.js';

const JSON_TYPE = 'application/json; charset=utf-8';
/** RFC 9211. Clients need not read it; whoever operates this wants to see it. */
const CACHE_STATUS = {
  hit: 'btcforecast; hit',
  miss: 'btcforecast; fwd=miss',
  stale: 'btcforecast; hit; ttl=0; detail=prediction-unavailable',
} as const;

/** Latest forecasts as HTTP replies: bytes, ETag, 304. */
@Injectable()
export class ForecastReplies {
  constructor(private readonly forecasts: ForecastService) {}

  /** Answers at once when the reply is in memory; returns whether it did. */
  answerFromMemory(request: FastifyRequest, reply: FastifyReply, client: Principal): boolean {
    const known = this.forecasts.fromMemory(request.raw.url ?? '', client);
    if (!known) return false;
    reply.send(this.prepare(request, reply, { reply: known, how: 'hit' }));
    return true;
  }

  /** Sets the head of the reply and returns its body; none (304) when the client has these bytes already. */
  prepare(
    request: FastifyRequest,
    reply: FastifyReply,
    { reply: bytes, how }: ForecastAnswer,
  ): string | undefined {
    reply.header('etag', bytes.etag);
    // Keys differ in what they may do one day, and a newer forecast may be out within seconds: ask each time.
    reply.header('cache-control', 'private, no-cache');
    reply.header('cache-status', CACHE_STATUS[how]);
    if (how === 'stale') reply.header('age', ageSeconds(bytes));
    if (matches(request.headers['if-none-match'], bytes.etag)) {
      reply.code(304);
      return undefined;
    }
    reply.type(JSON_TYPE);
    return bytes.body;
  }
}

function ageSeconds({ confirmedAt }: ForecastBytes): string {
  return String(Math.round((performance.now() - confirmedAt) / 1000));
}

/** RFC 9110, 13.1.2: weak comparison, a list, or anything at all. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}
