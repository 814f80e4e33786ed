import { performance } from 'node:perf_hooks';
import { actorName, type AuditLog, type IdempotencyKeys } from '@btcforecast/access';
import type { HealthRegistry } from '@btcforecast/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { installAudit, noteRefusal } from '../audit/audit.hooks.js';
import { QuotaGate } from '../quotas/quota-gate.js';
import { installSignedBodies } from '../signatures/request-signatures.js';
import {
  installSignedReplies,
  keepSignedRepliesWhole,
  type SignedReplies,
} from '../signatures/signed-replies.js';
import type { AccessLog } from './access-log.js';
import { Admission, type AdmissionServices } from './admission.js';
import type { Cors } from './cors.js';
import { installIdempotency } from './idempotency.hooks.js';
import type { HttpMetrics } from './http-metrics.js';
import { installManners } from './manners.hooks.js';
import { limitBodies } from './may-ask.js';
import type { ProblemReply } from './problem-reply.js';
import { loggedPath } from './request-identity.js';
import type { RouteTable } from './route-table.js';
import { setStandardHeaders } from './standard-headers.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Pattern of the route: a closed set, fit for metrics. */
    routePattern: string;
    /** In milliseconds of the process's monotonic clock. */
    receivedAt: number;
    /** Whether it has been counted and logged before its end, by {@link settle}. */
    isSettled: boolean;
    /** Counts and logs it as answered, now: for a reply that goes on, such as a stream. */
    settle(status: number): void;
  }
  interface FastifyContextConfig {
    /** Largest request body in bytes, where the usual limit is too small. */
    bodyLimit?: number;
  }
}

export interface EdgeDependencies {
  readonly problems: ProblemReply;
  readonly routes: RouteTable;
  readonly metrics: HttpMetrics;
  readonly health: HealthRegistry;
  readonly accessLog: AccessLog;
  readonly cors: Cors;
  /** What the edge asks, known once the app has been put together. */
  readonly services: () => EdgeServices;
}

export interface EdgeServices extends AdmissionServices {
  readonly signedReplies: SignedReplies;
  readonly audit: AuditLog;
  readonly idempotency: IdempotencyKeys;
}

/** As nginx logs it; no client sees it. */
const CLIENT_GONE = 499;

/**
 * What happens to every request around its route: identity, headers, admission, metrics, one log line. A route needs
 * a key unless it says `public`, so a forgotten one is closed.
 *
 * To be called on a bare server, before the framework adds hooks of its own: what is answered from memory then
 * never reaches them.
 */
export function installEdge(server: FastifyInstance, edge: EdgeDependencies): void {
  server.decorateRequest('principal', undefined);
  server.decorateRequest('session', undefined);
  server.decorateRequest('routePattern', 'none');
  server.decorateRequest('receivedAt', 0);
  server.decorateRequest('isSettled', false);
  server.decorateRequest('settle', function settle(this: FastifyRequest, status: number) {
    this.isSettled = true;
    record(this, status, edge);
  });
  server.decorateRequest('problem', undefined);
  server.decorateRequest('deadline', undefined);
  server.decorateRequest('meter', undefined);
  server.decorateRequest('hasPlace', false);
  server.decorateRequest('isLoad', false);
  server.addHook('onRoute', (route) => {
    edge.routes.add(route);
    const { bodyLimit } = route.config ?? {};
    assertGuarded(route);
    QuotaGate.prepare(route);
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  installSignedBodies(server);
  limitBodies(server);
  installIdempotency(server, () => edge.services().idempotency);
  installAudit(server, () => edge.services().audit);
  installManners(server);
  installSignedReplies(server, () => edge.services().signedReplies);
  const admission = new Admission(edge.problems, edge.services);
  server.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = performance.now();
    edge.metrics.begin();
    // The only end that every request has: Fastify's hooks miss a client that leaves after it has sent a body.
    reply.raw.on('close', () => request.isSettled || record(request, statusOf(reply), edge));
    setStandardHeaders(request, reply);
    keepSignedRepliesWhole(request);
    if (isUpgrade(request)) endWithReply(request, reply);
    else if (edge.health.draining) reply.header('connection', 'close');
    if (edge.cors.answer(request, reply)) return;
    admission.admit(request, reply, done);
  });
}

/** Whether Node has taken the request out of its HTTP server; its types do not know. */
function isUpgrade({ raw }: FastifyRequest): boolean {
  return (raw as { readonly upgrade?: boolean | null }).upgrade === true;
}

/**
 * A connection that was to become a WebSocket is no longer in the hands of the HTTP server, which would end it once it is
 * idle: whoever is answered in HTTP after all would hold it for as long as they like.
 */
function endWithReply({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close').raw.once('finish', () => raw.socket.destroySoon());
}

/** A route that says neither `public` nor what it needs is a mistake of ours, found when the gateway starts. */
function assertGuarded({ method, url, config }: RouteOptions): void {
  if (config?.public === true || config?.permission !== undefined) return;
  throw new Error(`${String(method)} ${url} declares no permission; see needs.decorator.ts`);
}

/** Once for each request, when its reply has been sent or its client has gone. */
function record(request: FastifyRequest, status: number, edge: EdgeDependencies): void {
  const { method, principal, receivedAt, routePattern: route } = request;
  request.deadline?.end();
  if (request.hasPlace) edge.services().quotas.leave(request);
  const elapsedMs = performance.now() - receivedAt;
  if (request.isLoad) edge.services().load.end(request, elapsedMs);
  edge.metrics.end(route, method, status, elapsedMs);
  if (request.problem) noteRefusal(request, edge.services().audit);
  edge.accessLog.write({
    requestId: request.id,
    method,
    route,
    path: loggedPath(request.raw.url ?? ''),
    status,
    ms: Math.round(elapsedMs * 1000) / 1000,
    tenant: principal?.tenant,
    actor: request.meter?.actor ?? (principal && actorName(principal)),
  });
}

function statusOf({ raw, statusCode }: FastifyReply): number {
  return raw.writableFinished ? statusCode : CLIENT_GONE;
}
