import { hash } from 'node:crypto';
import {
  actorName,
  type HeldKey,
  type IdempotencyKeys,
  notReplayable,
  type StoredReply,
} from '@btcforecast/access';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload, RouteOptions } from 'fastify';
import { isAudited } from '../audit/audit.hooks.js';
import { DigestingBody } from './body-digest.js';
import { bearerOf } from './credentials.js';
import { hooksOf } from './hooks-of.js';
import { parseIdempotencyKey } from './idempotency-header.js';
import { seal, type SealedFor, unseal } from './sealed-reply.js';

declare module 'fastify' {
  interface FastifyRequest {
    idempotency: IdempotentRequest | undefined;
  }
  interface FastifyContextConfig {
    /** Whether a key makes requests take effect once. Default: where an unsafe method changes something. */
    idempotent?: boolean;
    /**
     * Its reply shows a secret, which is kept so that only the credential of the request opens it. A request that came
     * without one, as that of a session, gets 409 when it is repeated.
     */
    secretReply?: boolean;
  }
}

/** A request that came with a key. */
interface IdempotentRequest {
  readonly key: string;
  readonly body: DigestingBody;
  /** Of all that says what is to be done; known when the body has come. */
  fingerprint: string;
  /** Set while it is the first with this key and runs. */
  held: HeldKey | undefined;
}

const HEADER = 'idempotency-key';
const REPLAYED = 'idempotency-replayed';
/** What a client acts upon; all else belongs to one exchange. */
const KEPT_HEADERS = ['content-type', 'location', 'link', 'etag', 'cache-control'];
/** The handler may be at it still: the same request must not run beside it. */
const TIME_IS_OVER = 504;
/** Nothing was done, or it failed: whoever sends it again starts anew. */
const FORGOTTEN = new Set([401, 403, 408, 429]);
/** Of the request's time, what is left for its work, or for another gateway to try. */
const WORK_MS = 3_000;

type WholePayload = string | Buffer | null | undefined;
type Send = (error: Error | null, payload?: unknown) => void;

/**
 * Makes requests with an Idempotency-Key take effect once. To be installed before what is to run for first requests
 * only, such as the audit log.
 */
export function installIdempotency(server: FastifyInstance, keys: () => IdempotencyKeys): void {
  server.decorateRequest('idempotency', undefined);
  server.addHook('onRoute', (route) => {
    if (!isIdempotent(route)) return;
    route.preParsing = [...hooksOf(route.preParsing), readKey];
    route.preHandler = [
      ...hooksOf(route.preHandler),
      (request: FastifyRequest, reply: FastifyReply) => admit(request, reply, keys()),
    ];
    route.onSend = [
      ...hooksOf(route.onSend),
      (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Send) =>
        keep(request, reply, payload, keys, done),
    ];
  });
}

/** Public routes know nobody to whom a key could belong. */
function isIdempotent({ method, config }: RouteOptions): boolean {
  return config?.public !== true && (config?.idempotent ?? isAudited({ method, config: config ?? {} }));
}

/** A request without the header costs no more than this look. */
function readKey(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: RequestPayload,
  done: (error: Error | null, payload?: RequestPayload) => void,
): void {
  const header = request.headers[HEADER];
  if (header === undefined) return done(null, payload);
  try {
    const body = new DigestingBody();
    request.idempotency = { key: parseIdempotencyKey(header), body, fingerprint: '', held: undefined };
    payload.on('error', (error) => body.destroy(error));
    done(null, payload.pipe(body));
  } catch (error) {
    done(error as Error);
  }
}

async function admit(request: FastifyRequest, reply: FastifyReply, keys: IdempotencyKeys): Promise<unknown> {
  const { idempotency, principal } = request;
  if (!idempotency || !principal) return undefined;
  const scope = { tenant: principal.tenant, actor: actorName(principal), key: idempotency.key };
  const withinMs = leftMs(request) - WORK_MS;
  idempotency.fingerprint = fingerprintOf(request, idempotency.body);
  const admission = await keys.admit(scope, idempotency.fingerprint, withinMs);
  if (admission.kind === 'first') {
    idempotency.held = admission.held;
    return undefined;
  }
  const { status, headers } = admission.reply;
  const body = opened(request, admission.reply);
  return reply.code(status).headers(headers).header(REPLAYED, 'true').send(body);
}

function opened(request: FastifyRequest, { status, body }: StoredReply): Buffer {
  if (!isSecret(request, status)) return body!;
  const whom = sealedFor(request);
  const shown = whom && body ? unseal(body, whom) : undefined;
  if (!shown) throw notReplayable();
  return shown;
}

function isSecret({ routeOptions }: FastifyRequest, status: number): boolean {
  return routeOptions.config.secretReply === true && status < 400;
}

/** Undefined when the request carries nothing that is a secret of its client's alone. */
function sealedFor(request: FastifyRequest): SealedFor | undefined {
  const credential = bearerOf(request);
  if (credential === undefined) return undefined;
  const { fingerprint, key } = request.idempotency!;
  return { credential, idempotencyKey: key, fingerprint };
}

function leftMs({ deadline }: FastifyRequest): number {
  return deadline?.leftMs ?? 0;
}

/** Method, address, and the body, byte for byte. */
function fingerprintOf({ method, raw }: FastifyRequest, body: DigestingBody): string {
  return hash('sha256', `${method} ${raw.url}\n${body.digest()}`, 'hex');
}

/** Before the reply goes out, so that whoever got it can rely on getting it again. */
function keep(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  keys: () => IdempotencyKeys,
  done: Send,
): void {
  const held = request.idempotency?.held;
  if (!held) return done(null, payload);
  if (!isWhole(payload)) return done(new TypeError('a stream cannot be kept for an idempotency key'));
  request.idempotency!.held = undefined; // there is one: it held the key
  if (reply.statusCode === TIME_IS_OVER) {
    keys().abandon(held);
    return done(null, payload);
  }
  const stored = storedReply(request, reply, payload);
  const kept = stored ? keys().complete(held, stored) : keys().release(held);
  void kept.then(() => done(null, payload));
}

/** What is kept of a reply; undefined when the request may be sent again as if it had never been. */
function storedReply(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: WholePayload,
): StoredReply | undefined {
  const { statusCode: status } = reply;
  const { problem } = request;
  const isInvalid = problem?.code.startsWith('request.') ?? false;
  if (status >= 500 || FORGOTTEN.has(status) || isInvalid) return undefined;
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  return { status, headers, body: keptBody(request, status, Buffer.from(payload ?? '')) };
}

function keptBody(request: FastifyRequest, status: number, body: Buffer): Buffer | null {
  if (!isSecret(request, status)) return body;
  const whom = sealedFor(request);
  return whom ? seal(body, whom) : null;
}

function isWhole(payload: unknown): payload is WholePayload {
  return payload === undefined || payload === null || typeof payload === 'string' || Buffer.isBuffer(payload);
}
