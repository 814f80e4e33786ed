import type { ErrorCode, Problem } from '@btcforecast/contracts';
import { toAppError, type AppError } from './app-error.js';

/** Each code is a paragraph of docs/errors.md with an anchor of the same name. */
export const PROBLEM_TYPE_BASE = '/docs/errors#';

/**
 * Problems that have a registered type of their own; `code` leads to their paragraph.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11, section 5
 */
const REGISTERED_TYPES: Partial<Record<ErrorCode, string>> = {
  'quota.exceeded': 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  'quota.concurrency': 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  'service.overloaded': 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
};

const RETRY_AFTER_SECONDS = 2;

/** Caller errors whose status is not plain 400. */
const CALLER_STATUS: Partial<Record<ErrorCode, number>> = {
  'request.not_found': 404,
  'request.method_not_allowed': 405,
  'request.too_large': 413,
  'request.uri_too_long': 414,
  'request.headers_too_large': 431,
  'request.timeout': 408,
  'request.unsupported_media_type': 415,
  'access.unauthenticated': 401,
  'access.token_invalid': 401,
  'access.signature_required': 401,
  'access.signature_invalid': 401,
  'access.forbidden': 403,
  'idempotency.key_reused': 422,
  'idempotency.in_progress': 409,
  'idempotency.secret_not_replayable': 409,
  'access.address_not_allowed': 403,
  'access.grant_too_wide': 403,
  'access.last_keeper': 409,
  'access.login_failed': 401,
  'access.csrf_failed': 403,
  'access.too_many_attempts': 429,
  'key.not_found': 404,
  'key.conflict': 409,
  'tenant.not_found': 404,
  'tenant.conflict': 409,
  'oauth_client.not_found': 404,
  'oauth_client.conflict': 409,
  'signing_key.not_found': 404,
  'signing_key.conflict': 409,
  'user.not_found': 404,
  'user.conflict': 409,
  'session.not_found': 404,
  'instrument.unknown': 404,
  'stream.limit_reached': 429,
  'stream.origin_refused': 403,
  'stream.subscription_unknown': 404,
  'stream.upgrade_required': 426,
  'forecast.not_found': 404,
  'forecast.none_yet': 404,
  'model.not_found': 404,
  'model.refused': 422,
  'model.conflict': 409,
  'inference.not_loaded': 409,
  'inference.failed': 422,
  'backtest.not_found': 404,
  'backtest.conflict': 409,
  'webhook.not_found': 404,
  'webhook.refused': 422,
  'webhook.conflict': 409,
  'alert.not_found': 404,
  'alert.conflict': 409,
  'track_record.not_entered': 404,
  'rpc.forbidden': 403,
};

/** Transient errors whose status is not plain 503. */
const TRANSIENT_STATUS: Partial<Record<ErrorCode, number>> = {
  'request.deadline_exceeded': 504,
  'quota.exceeded': 429,
  'quota.concurrency': 429,
};

const TITLES: Record<number, string> = {
  400: 'The request is invalid',
  401: 'Authentication is required',
  403: 'Access is denied',
  404: 'Not found',
  405: 'The method is not allowed here',
  408: 'The request did not arrive in time',
  409: 'It conflicts with what is there',
  413: 'The request is too large',
  414: 'The address is too long',
  415: 'The media type is not supported',
  422: 'What was sent was refused',
  426: 'Another protocol is needed',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'An internal error occurred',
  503: 'Temporarily unavailable',
  504: 'It took too long',
};

export interface ProblemContext {
  /** Path of the request. */
  readonly instance: string;
  readonly traceId: string;
}

export interface ProblemAnswer {
  readonly status: number;
  readonly body: Problem;
  /** Value of the Retry-After header: of transient errors, and of others that say when to come again. */
  readonly retryAfterSeconds?: number;
}

/**
 * The RFC 9457 answer for an error. A bug shows nothing of its inside: neither message nor details nor code
 * other than internal.bug leave the process.
 */
export function problemOf(error: unknown, context: ProblemContext): ProblemAnswer {
  const cause = toAppError(error);
  const status = statusOf(cause);
  const code = cause.kind === 'bug' ? 'internal.bug' : cause.code;
  const body: Problem = {
    type: REGISTERED_TYPES[code] ?? `${PROBLEM_TYPE_BASE}${code}`,
    title: TITLES[status] ?? 'The request failed',
    status,
    detail:
      cause.kind === 'bug'
        ? 'Something went wrong on our side; name the traceId when you ask.'
        : cause.message,
    instance: context.instance,
    code,
    traceId: context.traceId,
  };
  const retryAfterSeconds = retryAfterOf(cause);
  return retryAfterSeconds === undefined ? { status, body } : { status, body, retryAfterSeconds };
}

function statusOf(error: AppError): number {
  if (error.kind === 'bug') return 500;
  if (error.kind === 'transient') return TRANSIENT_STATUS[error.code] ?? 503;
  return CALLER_STATUS[error.code] ?? 400;
}

function retryAfterOf({ kind, details }: AppError): number | undefined {
  const wanted = Number(details['retryAfterSeconds']);
  if (kind !== 'bug' && Number.isFinite(wanted) && wanted > 0) return Math.ceil(wanted);
  return kind === 'transient' ? RETRY_AFTER_SECONDS : undefined;
}
