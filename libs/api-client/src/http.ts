import { randomUUID } from 'node:crypto';
import ky, { isHTTPError, type KyInstance } from 'ky';
import { ApiError } from './api.error.js';
import type { Problem } from './generated/types.js';

export interface HttpOptions {
  /** Where the API is, e.g. `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** An API key, or what gives the token of the moment (OAuth); sent as `Authorization: Bearer`. */
  readonly credentials?: string | (() => string | Promise<string>);
  /** How often a failed request is repeated; default 4. */
  readonly retries?: number;
  /** How long to wait for one attempt, ms; default 30,000. Sent along, so that the server gives up then too. */
  readonly timeoutMs?: number;
  /** How long a server may ask to wait before a retry, ms; default 60,000. Longer: the error is thrown at once. */
  readonly maxRetryAfterMs?: number;
  /** Called with every request just before it is sent, for signatures. */
  readonly sign?: (request: Request) => Request | Promise<Request>;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: { readonly type: string; readonly content: unknown } | null;
  /** Changes something, and may be repeated under one Idempotency-Key. */
  readonly idempotent: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** 409 only while the same request is still running: it then says when to ask again. */
const RETRIED = [408, 409, 429, 500, 502, 503, 504];
const SAFE = new Set(['GET', 'HEAD']);
const LONGEST_PAUSE_MS = 8_000;

/**
 * Sends one call, and repeats it while that may help and can do no harm: reads always, changes under one
 * Idempotency-Key. `Retry-After` is honoured; without it the pause doubles, with full jitter.
 *
 * @throws ApiError the API answered with an error; TypeError or TimeoutError it could not be reached
 */
export async function send(options: HttpOptions, call: Call): Promise<Response> {
  const headers = new Headers();
  if (call.body) headers.set('content-type', call.body.type);
  if (call.idempotent) headers.set('idempotency-key', `"${call.idempotencyKey ?? randomUUID()}"`);
  try {
    return await client(options, call)(`${options.baseUrl.replace(/\/$/, '')}${call.path}${call.query}`, {
      method: call.method,
      headers,
      ...(call.body && { body: encoded(call.body) }),
      ...(call.signal && { signal: call.signal }),
    });
  } catch (error) {
    throw isHTTPError(error) ? await apiError(error.response, error.data) : error;
  }
}

function client(options: HttpOptions, call: Call): KyInstance {
  const timeoutMs = options.timeoutMs ?? 30_000;
  return ky.create({
    timeout: timeoutMs,
    retry: {
      limit: SAFE.has(call.method) || call.idempotent ? (options.retries ?? 4) : 0,
      methods: [call.method.toLowerCase()],
      statusCodes: RETRIED,
      afterStatusCodes: [409, 429, 503],
      backoffLimit: LONGEST_PAUSE_MS,
      jitter: true,
      retryOnTimeout: true,
      shouldRetry: ({ error }) => mayHelp(error, options.maxRetryAfterMs ?? 60_000),
    },
    hooks: {
      beforeRequest: [({ request }) => authorised(request, options, timeoutMs)],
      // Once more for each repetition: a token may have run out, and a signature's nonce counts once.
      beforeRetry: [({ request }) => authorised(request, options, timeoutMs)],
    },
  });
}

async function authorised(request: Request, options: HttpOptions, timeoutMs: number): Promise<Request> {
  const { credentials, sign } = options;
  const token = typeof credentials === 'function' ? await credentials() : credentials;
  if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
  request.headers.set('x-request-timeout-ms', String(timeoutMs));
  return sign ? sign(request) : request;
}

/** No, when the wait would be longer than allowed, or a conflict that does not pass by waiting; else the usual rules. */
function mayHelp(error: Error, maxRetryAfterMs: number): boolean | undefined {
  if (!isHTTPError(error)) return undefined;
  const after = error.response.headers.get('retry-after');
  if (error.response.status === 409 && after === null) return false;
  return Number(after ?? 0) * 1_000 > maxRetryAfterMs ? false : undefined;
}

function encoded({ type, content }: NonNullable<Call['body']>): NonNullable<RequestInit['body']> {
  if (content instanceof Uint8Array || typeof content === 'string')
    return content as NonNullable<RequestInit['body']>;
  if (type === 'application/x-www-form-urlencoded')
    return new URLSearchParams(content as Record<string, string>);
  return JSON.stringify(content);
}

async function apiError(response: Response, data: unknown): Promise<ApiError> {
  const body = data as Partial<Problem> & { error?: unknown };
  const problem = typeof body === 'object' && body !== null && 'code' in body ? (body as Problem) : undefined;
  const said = problem?.detail ?? (typeof body?.error === 'string' ? body.error : response.statusText);
  return new ApiError(response.status, problem, `${response.status}: ${said}`);
}
