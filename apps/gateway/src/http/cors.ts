import type { FastifyReply, FastifyRequest } from 'fastify';
import { addVary } from './add-vary.js';
import { DEADLINE_HEADER } from './request-deadline.js';

/** What pages of other origins may send beside what browsers always allow. */
const REQUEST_HEADERS = [
  'accept-signature',
  'authorization',
  'content-digest',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'signature',
  'signature-input',
  'traceparent',
  'x-csrf-token',
  'x-request-id',
  DEADLINE_HEADER,
].join(', ');
/** What they may read of replies. */
const REPLY_HEADERS = [
  'cache-status',
  'content-digest',
  'deprecation',
  'etag',
  'idempotency-replayed',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'server-timing',
  'signature',
  'signature-input',
  'sunset',
  'x-request-id',
].join(', ');
/** Browsers keep the answer to a preflight for this long, Chromium no longer than two hours. */
const PREFLIGHT_SECONDS = '7200';

/**
 * Which pages of other origins may use the API from a browser: those on the list, with credentials, and no others. The
 * edge answers in its very first hook, before any plugin could, so this is called from there.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** @param methodsAt the methods of the routes at an address */
  constructor(
    origins: readonly string[],
    private readonly methodsAt: (url: string) => readonly string[],
  ) {
    this.#origins = new Set(origins);
  }

  /** Whether pages of this origin, as browsers write it in the header Origin, may use the API. */
  allows(origin: string | undefined): boolean {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** Sets what a browser needs to see. @returns whether the request was a preflight, which is answered then */
  answer(request: FastifyRequest, reply: FastifyReply): boolean {
    if (this.#origins.size === 0) return false;
    addVary(reply, 'origin');
    const { origin, 'access-control-request-method': method } = request.headers;
    if (origin === undefined || !this.allows(origin)) return false;
    reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true');
    if (request.method === 'OPTIONS' && method !== undefined) return this.#answerPreflight(request, reply);
    reply.header('access-control-expose-headers', REPLY_HEADERS).header('timing-allow-origin', origin);
    return false;
  }

  #answerPreflight(request: FastifyRequest, reply: FastifyReply): boolean {
    const methods = this.methodsAt(request.raw.url ?? '');
    if (methods.length === 0) return false; // there is nothing here, and the problem says so
    reply
      .code(204)
      .header('access-control-allow-methods', methods.join(', '))
      .header('access-control-allow-headers', REQUEST_HEADERS)
      .header('access-control-max-age', PREFLIGHT_SECONDS)
      .send();
    return true;
  }
}
