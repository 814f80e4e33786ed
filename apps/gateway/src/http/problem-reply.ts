import { NotFoundException } from '@nestjs/common';
import type { ErrorCode, Problem } from '@btcforecast/contracts';
import { AppError, currentTraceId, type Logger, problemOf, toAppError } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setChallenge } from './challenge.js';
import { QuotaError } from '../quotas/quota-error.js';
import { InvalidRequestError, requestErrorOf } from './request-error.js';
import { instanceOf } from './request-identity.js';
import type { RouteTable } from './route-table.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The problem that it was answered with, if it was one. */
    problem: { readonly status: number; readonly code: ErrorCode } | undefined;
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** Exactly this: clients of the inference protocol look for an error in nothing else. */
const INFERENCE_ERROR_TYPE = 'application/json';
const INFERENCE_PATH = /^\/v2(?=[/?]|$)/;

/**
 * The body of an error and its type. On /v2 the inference protocol has a form of its own, `{"error": string}`; whoever
 * asks for problems there gets one that has this member too.
 */
export function errorText(
  body: Problem,
  { url, headers }: { readonly url: string; readonly headers: { readonly accept?: string | undefined } },
): { readonly type: string; readonly text: string } {
  if (!INFERENCE_PATH.test(url)) return { type: PROBLEM_TYPE, text: JSON.stringify(body) };
  const error = body.detail;
  if (!headers.accept?.includes('application/problem+json')) {
    return { type: INFERENCE_ERROR_TYPE, text: JSON.stringify({ error }) };
  }
  return { type: PROBLEM_TYPE, text: JSON.stringify({ ...body, error }) };
}

/** Without a serializer the framework would add a charset to the type. */
export function asItIs(text: string): string {
  return text;
}

/** The one place where an error becomes a reply: an RFC 9457 problem, never HTML, never a stack. */
export class ProblemReply {
  constructor(
    private readonly routes: RouteTable,
    private readonly logger: Logger,
  ) {}

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const cause = this.#causeOf(error, request, reply);
    const { status, body, retryAfterSeconds } = problemOf(cause, {
      instance: instanceOf(request.raw.url ?? ''),
      traceId: currentTraceId() ?? request.id,
    });
    request.problem = body;
    if (cause instanceof InvalidRequestError) body.errors = cause.errors;
    if (cause instanceof QuotaError) body['violated-policies'] = [...cause.refusal.policies];
    if (status >= 500) this.#log(cause, request);
    if (status === 401) setChallenge(request, reply, body.code);
    if (retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(retryAfterSeconds));
      // It must not be earlier than the end of a window named there, and a quota is not why this one was refused.
      if (!(cause instanceof QuotaError)) reply.removeHeader('ratelimit');
    }
    reply.code(status).header('cache-control', 'no-store');
    const { type, text } = errorText(body, request);
    return reply.type(type).serializer(asItIs).send(text);
  }

  #causeOf(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
    const methods = error instanceof NotFoundException ? this.routes.methodsAt(request.raw.url ?? '') : [];
    if (methods.length === 0 || methods.includes(request.method)) {
      return requestErrorOf(error, request.routeOptions.bodyLimit);
    }
    const allowed = methods.join(', ');
    reply.header('allow', allowed);
    const detail = `${request.method} is not possible here; allowed: ${allowed}`;
    return new AppError('caller', 'request.method_not_allowed', detail);
  }

  /** What is transient heals by itself; a bug is for somebody to look at. */
  #log(cause: unknown, request: FastifyRequest): void {
    const error = toAppError(cause);
    const fields = { requestId: request.id, code: error.code, err: error.cause ?? error };
    if (error.kind === 'bug') this.logger.error(fields, 'request failed');
    else this.logger.warn(fields, 'request could not be answered now');
  }
}
