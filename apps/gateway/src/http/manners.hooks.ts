import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { addVary } from './add-vary.js';
import { announceDeprecation } from './deprecation.js';
import { etagOf, matchesEtag, weak } from './etag.js';
import { hooksOf } from './hooks-of.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How long services behind the gateway were waited for, in milliseconds. */
    rpcMs: number;
  }
}

type Send = (error: Error | null, payload?: unknown) => void;
type SendHook = (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Send) => void;

/**
 * What every reply has that is not answered from memory: an entity tag and conditional GET, Server-Timing, Vary, and
 * the announcement that a route will end. What is answered from memory sets its own, so that it costs nothing there.
 */
export function installManners(server: FastifyInstance): void {
  server.decorateRequest('rpcMs', 0);
  server.addHook('onRoute', (route) => {
    const [given, manners] = [hooksOf(route.onSend), mannersOf(route)];
    // Of the route that Fastify makes for HEAD, the hook that takes the body away comes first: before it, there is one.
    route.onSend = route.method === 'HEAD' ? [...manners, ...given, forgetLength] : [...given, ...manners];
  });
}

function mannersOf({ method, config = {} }: RouteOptions): SendHook[] {
  const announced = config.deprecation ? [announceDeprecation] : [];
  if (config.cached || config.endless) return announced;
  const reads = [method].flat().every((each) => each === 'GET' || each === 'HEAD');
  return [...announced, setServerTiming, ...(reads ? [answerConditionally] : [])];
}

/** @see https://www.w3.org/TR/server-timing/ */
export function serverTiming({ receivedAt, rpcMs }: FastifyRequest): string {
  const total = `total;dur=${rounded(performance.now() - receivedAt)}`;
  return rpcMs > 0 ? `${total}, rpc;dur=${rounded(rpcMs)}` : total;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** To whoever may ask at all: how long a refusal takes is nobody's business. */
const setServerTiming: SendHook = (request, reply, payload, done) => {
  if (request.principal ?? request.routeOptions.config.public) {
    reply.header('server-timing', serverTiming(request));
  }
  done(null, payload);
};

/**
 * Entity tags of what was read, and 304 for whoever has it already. The tags are weak, since replies are compressed
 * after this. Whether one may see it still is asked each time, so caches have to ask as well.
 */
const answerConditionally: SendHook = (request, reply, payload, done) => {
  if (reply.statusCode !== 200 || !(typeof payload === 'string' || Buffer.isBuffer(payload))) {
    return done(null, payload);
  }
  addVary(reply, 'accept-encoding');
  const given = reply.getHeader('etag');
  const etag = given === undefined ? weak(etagOf(payload)) : weak(String(given));
  reply.header('etag', etag);
  if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'private, no-cache');
  if (!matchesEtag(request.headers['if-none-match'], etag)) return done(null, payload);
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  return done(null, '');
};

/** Of what is not sent, RFC 9110, section 15.4.5: the hook for HEAD counts what is left of the body. */
const forgetLength: SendHook = (_request, reply, _payload, done) => {
  if (reply.statusCode === 304) reply.removeHeader('content-length');
  done(null);
};
