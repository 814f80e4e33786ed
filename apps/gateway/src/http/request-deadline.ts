import { performance } from 'node:perf_hooks';
import { AppError } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAudited } from '../audit/audit.hooks.js';
import { InvalidRequestError } from './request-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined while nothing waits: what is answered from memory needs none. */
    deadline: RequestDeadline | undefined;
  }
  interface FastifyContextConfig {
    /** How long the route may take when the client does not say, in milliseconds. Default: 5 s, for a change 8 s. */
    deadlineMs?: number;
    /** The reply goes on for as long as the client likes: no deadline, and no place among concurrent requests. */
    endless?: boolean;
  }
}

/** Until when a request must be answered, and whether its client is still there. */
export class RequestDeadline {
  readonly #timer: NodeJS.Timeout;
  #gone: AbortController | undefined;

  constructor(
    private readonly reply: FastifyReply,
    /** In milliseconds of the process's monotonic clock. */
    readonly endsAt: number,
    /** The client waits less than the route may take: that the time is over says nothing about whoever was asked. */
    readonly shortened: boolean,
    expire: (error: AppError) => void,
  ) {
    const onTime = (): void => {
      if (reply.sent) return;
      const isLate = isArriving(reply.request);
      // What is still to come of the request would be taken for the next one.
      if (isLate) reply.header('connection', 'close');
      expire(isLate ? arrivedTooSlowly() : deadlineExceeded());
    };
    this.#timer = setTimeout(onTime, Math.max(1, this.leftMs)).unref();
  }

  /** Aborts when the client goes away before it has its reply. */
  get clientGone(): AbortSignal {
    if (this.#gone) return this.#gone.signal;
    const { raw } = this.reply;
    const gone = (this.#gone = new AbortController());
    if (raw.destroyed) gone.abort();
    else raw.once('close', () => raw.writableFinished || gone.abort());
    return gone.signal;
  }

  get leftMs(): number {
    return this.endsAt - performance.now();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

export const USUAL_DEADLINE_MS = 5_000;
/** What changes something asks the primary several times, which may be on another continent, and be new. */
const CHANGE_DEADLINE_MS = 8_000;
/** A client may wait longer than the route says, but not longer than this. */
export const LONGEST_DEADLINE_MS = 60_000;
export const DEADLINE_HEADER = 'x-request-timeout-ms';
const WHOLE_MS = /^[1-9]\d{0,8}$/;

/**
 * How long the client waits at most, in milliseconds; undefined when it does not say.
 *
 * @throws InvalidRequestError when the header is no whole number of milliseconds
 */
export function askedDeadline({ headers }: Pick<FastifyRequest, 'headers'>): number | undefined {
  const text = headers[DEADLINE_HEADER];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && WHOLE_MS.test(text)) return Number(text);
  const detail = 'must be a whole number of milliseconds, at least 1, given once';
  throw new InvalidRequestError([{ pointer: 'header/X-Request-Timeout-Ms', detail }]);
}

/**
 * Starts the time of a request that cannot be answered at once, unless it runs already. `expire` is called when it is
 * over and no reply has been sent.
 *
 * @param asked what the client says, see {@link askedDeadline}
 */
export function startDeadline(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: number | undefined,
  expire: (error: AppError) => void,
): void {
  const { config } = request.routeOptions;
  const { deadlineMs, endless } = config;
  const own = deadlineMs ?? (isAudited(request.routeOptions) ? CHANGE_DEADLINE_MS : USUAL_DEADLINE_MS);
  if (endless || request.deadline) return;
  const limitMs = asked === undefined ? own : Math.min(asked, Math.max(own, LONGEST_DEADLINE_MS));
  const endsAt = request.receivedAt + limitMs;
  request.deadline = new RequestDeadline(reply, endsAt, limitMs < own, expire);
}

/** Whether its body is being read and has not come to its end: then nobody but the client was slow. */
function isArriving({ raw }: FastifyRequest): boolean {
  return !raw.complete && raw.readableFlowing === true;
}

function arrivedTooSlowly(): AppError {
  const text =
    'the body had not arrived when the time of the request was over; send it faster, or less of it';
  return new AppError('caller', 'request.timeout', text);
}

export function deadlineExceeded(cause?: unknown): AppError {
  const text = 'the request could not be answered in the time it had; try again, or allow it more time';
  return new AppError('transient', 'request.deadline_exceeded', text, {}, { cause });
}
