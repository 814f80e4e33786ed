import { performance } from 'node:perf_hooks';
import {
  actorName,
  type AuditLog,
  CredentialsRefusedError,
  type CredentialThrottle,
  type IdempotencyKeys,
  type Principal,
} from '@btcforecast/access';
import type { Permission } from '@btcforecast/contracts';
import type { HealthRegistry, Logger } from '@btcforecast/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { installAudit, noteRefusal } from '../audit/audit.hooks.js';
import type { ForecastReplies } from '../forecasts/forecast-replies.js';
import { installSignedBodies, type RequestSignatures } from '../signatures/request-signatures.js';
import {
  installSignedReplies,
  keepSignedRepliesWhole,
  type SignedReplies,
} from '../signatures/signed-replies.js';
import type { Cors } from './cors.js';
import { type CredentialKind, identify } from './credentials.js';
import { installIdempotency } from './idempotency.hooks.js';
import type { HttpMetrics } from './http-metrics.js';
import { assertMayAsk, limitBodies } from './may-ask.js';
import { installManners } from './manners.hooks.js';
import type { ProblemReply } from './problem-reply.js';
import { askedDeadline, startDeadline } from './request-deadline.js';
import { assertAddress } from './request-error.js';
import { loggedPath } from './request-identity.js';
import type { RouteTable } from './route-table.js';
import { setStandardHeaders } from './standard-headers.js';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
    /** Pattern of the route: a closed set, fit for metrics. */
    routePattern: string;
    /** In milliseconds of the process's monotonic clock. */
    receivedAt: number;
  }
  interface FastifyContextConfig {
    /** Reached without a key. Every other route needs one. */
    public?: boolean;
    /** What whoever asks must be permitted. A route without it that is not public does not start. */
    permission?: Permission;
    /** Answered from memory when possible. */
    cached?: boolean;
    /** Largest request body in bytes, where the usual limit is too small. */
    bodyLimit?: number;
  }
}

export interface EdgeDependencies {
  readonly problems: ProblemReply;
  readonly routes: RouteTable;
  readonly metrics: HttpMetrics;
  readonly health: HealthRegistry;
  readonly accessLog: Logger;
  readonly cors: Cors;
  /** What the edge asks, known once the app has been put together. */
  readonly services: () => EdgeServices;
}

export interface EdgeServices {
  /** In the order in which they are looked for. */
  readonly credentials: readonly CredentialKind[];
  readonly signatures: RequestSignatures;
  readonly signedReplies: SignedReplies;
  readonly throttle: CredentialThrottle;
  readonly forecasts: ForecastReplies;
  readonly audit: AuditLog;
  readonly idempotency: IdempotencyKeys;
}

/** As nginx logs it; no client sees it. */
const CLIENT_GONE = 499;
type Done = (error?: Error) => void;

/**
 * What happens to every request around its route: identity, headers, credentials, metrics, one log line. A route
 * needs a key unless it says `public`, so a forgotten one is closed.
 *
 * To be called on a bare server, before the framework adds hooks of its own: what is answered from memory then
 * never reaches them.
 */
export function installEdge(server: FastifyInstance, edge: EdgeDependencies): void {
  server.decorateRequest('principal', undefined);
  server.decorateRequest('session', undefined);
  server.decorateRequest('routePattern', 'none');
  server.decorateRequest('receivedAt', 0);
  server.decorateRequest('problem', undefined);
  server.decorateRequest('deadline', undefined);
  server.addHook('onRoute', (route) => {
    edge.routes.add(route);
    const { bodyLimit } = route.config ?? {};
    assertGuarded(route);
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  installSignedBodies(server);
  limitBodies(server);
  installIdempotency(server, () => edge.services().idempotency);
  installAudit(server, () => edge.services().audit);
  installManners(server);
  installSignedReplies(server, () => edge.services().signedReplies);
  server.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = performance.now();
    edge.metrics.begin();
    // The only end that every request has: Fastify's hooks miss a client that leaves after it has sent a body.
    reply.raw.once('close', () => record(request, reply, edge));
    setStandardHeaders(request, reply);
    keepSignedRepliesWhole(request);
    if (edge.health.draining) reply.header('connection', 'close');
    if (edge.cors.answer(request, reply)) return;
    admit(request, reply, edge, done);
  });
}

/** Finds out who asks, then answers from memory if that can be done. Without a route there is nothing to guard. */
function admit(request: FastifyRequest, reply: FastifyReply, edge: EdgeDependencies, done: Done): void {
  const { config, url } = request.routeOptions;
  const refuse = (error: unknown): void => answerRefusal(error, request, reply, edge);
  try {
    assertAddress(request.raw.url ?? '');
    if (url === undefined) return done();
    request.routePattern = url;
    const asked = askedDeadline(request);
    const goOn = (): void => {
      startDeadline(request, reply, asked, refuse);
      done();
    };
    if (config.public) return goOn();
    const { credentials, forecasts, signatures } = edge.services();
    const enter = (principal: Principal): void => {
      request.principal = principal;
      assertMayAsk(request, principal);
      if (!config.cached || !forecasts.answerFromMemory(request, reply, principal)) goOn();
    };
    const who = signatures.prove(request, identify(request, credentials));
    if (!(who instanceof Promise)) return enter(who);
    startDeadline(request, reply, asked, refuse);
    // Who is known too late has been answered already.
    who.then((principal) => reply.sent || enter(principal)).catch((error) => reply.sent || refuse(error));
  } catch (error) {
    refuse(error);
  }
}

/** Whoever shows wrong credentials too often waits for the answer, or gets another one. */
function answerRefusal(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  edge: EdgeDependencies,
): void {
  const answer = (cause: unknown): void => {
    if (!reply.sent) edge.problems.send(cause, request, reply);
  };
  if (!(error instanceof CredentialsRefusedError)) return answer(error);
  edge.services().throttle.refused(request.ip, error).then(answer, answer);
}

/** A route that says neither `public` nor what it needs is a mistake of ours, found when the gateway starts. */
function assertGuarded({ method, url, config }: RouteOptions): void {
  if (config?.public === true || config?.permission !== undefined) return;
  throw new Error(`${String(method)} ${url} declares no permission; see needs.decorator.ts`);
}

/** Once for each request, when its reply has been sent or its client has gone. */
function record(request: FastifyRequest, reply: FastifyReply, edge: EdgeDependencies): void {
  const { method, principal, receivedAt, routePattern: route } = request;
  const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE;
  request.deadline?.end();
  const elapsedMs = performance.now() - receivedAt;
  edge.metrics.end(route, method, status, elapsedMs);
  if (request.problem) noteRefusal(request, edge.services().audit);
  if (!edge.accessLog.isLevelEnabled('info')) return;
  edge.accessLog.info(
    {
      requestId: request.id,
      method,
      route,
      path: loggedPath(request.raw.url ?? ''),
      status,
      ms: Math.round(elapsedMs * 1000) / 1000,
      tenant: principal?.tenant,
      actor: principal && actorName(principal),
    },
    'request',
  );
}
