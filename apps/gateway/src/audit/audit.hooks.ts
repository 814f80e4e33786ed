import type { AuditedAction, AuditFacts, AuditLog } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { hooksOf } from '../http/hooks-of.js';
import { loggedPath } from '../http/request-identity.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The entry of a request that changes something. */
    audit: AuditedAction | undefined;
  }
  interface FastifyContextConfig {
    /** False: an unsafe method that changes nothing, such as pure computation. Default: every unsafe method is entered. */
    audited?: boolean;
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Of somebody known 429 is a quota, of somebody unknown it is a defence against guessing. */
const TOO_MANY = 429;

/** Whether requests to a route are entered: those that may change something. */
export function isAudited({ method, config }: Pick<RouteOptions, 'method' | 'config'>): boolean {
  const methods = Array.isArray(method) ? method : [method];
  return config?.audited !== false && methods.some((each) => !SAFE.has(each));
}

/**
 * Enters every request that changes something into the audit log. The entry is begun before the handler runs: when
 * it cannot be, the request is answered with 503 and nothing is done. It is ended when the reply is there, whether or
 * not the client waits for it still.
 */
export function installAudit(server: FastifyInstance, log: () => AuditLog): void {
  server.decorateRequest('audit', undefined);
  server.addHook('onRoute', (route) => {
    if (!isAudited(route)) return;
    route.preHandler = [...hooksOf(route.preHandler), (request) => begin(request, log())];
    route.onSend = [...hooksOf(route.onSend), end];
  });
}

/** Enters a refused access. One that changes something and has begun says so itself. */
export function noteRefusal(request: FastifyRequest, log: AuditLog): void {
  const { problem, principal, audit } = request;
  if (!problem || audit) return;
  const { status } = problem;
  if (status === 401 || status === 403 || (status === TOO_MANY && !principal)) {
    log.refuse(factsOf(request), problem);
  }
}

/** The entry of a request that changes something, for services that know more about it. */
export function auditOf({ audit }: Pick<FastifyRequest, 'audit'>): AuditedAction {
  if (audit) return audit;
  throw new AppError('bug', 'internal.bug', 'this route is not audited, so there is no entry to add to');
}

async function begin(request: FastifyRequest, log: AuditLog): Promise<void> {
  const facts = factsOf(request);
  // Anybody may try a route without credentials as often as they like: no row for each.
  request.audit = request.principal ? await log.begin(facts) : log.beginUnwritten(facts);
}

function end(
  { audit, problem }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  audit?.end({ status: reply.statusCode, code: problem?.code });
  done(null, payload);
}

function factsOf(request: FastifyRequest): AuditFacts {
  const { method, principal, routePattern, routeOptions } = request;
  const { permission } = routeOptions.config;
  return {
    actor: principal ?? 'anonymous',
    action: `${permission ?? 'public'} ${method} ${routePattern}`,
    subject: subjectOf(request),
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
  };
}

/** What the path names: `har/3` of `/v1/models/har/3/promote`; nothing where it names nothing. */
function subjectOf({ params }: FastifyRequest): string | null {
  const values = Object.values((params ?? {}) as Record<string, string>);
  return values.length > 0 ? loggedPath(values.join('/')) : null;
}
