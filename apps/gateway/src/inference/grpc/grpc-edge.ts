import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type handleUnaryCall, type ServerUnaryCall, status } from '@grpc/grpc-js';
import {
  type AuditFacts,
  type AuditLog,
  actorName,
  CredentialsRefusedError,
  type CredentialThrottle,
  type Principal,
} from '@btcforecast/access';
import type { Permission } from '@btcforecast/contracts';
import { AppError, type Logger, type Metrics, toAppError } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import type { AccessLog } from '../../http/access-log.js';
import { type CredentialKind, identify } from '../../http/credentials.js';
import { notPermitted } from '../../http/may-ask.js';
import { deadlineExceeded, LONGEST_DEADLINE_MS, USUAL_DEADLINE_MS } from '../../http/request-deadline.js';
import { LoadGate } from '../../load/load-gate.js';
import type { QuotaGate } from '../../quotas/quota-gate.js';
import { grpcFailure } from './grpc-status.js';

export interface GrpcEdgeDependencies {
  readonly credentials: readonly CredentialKind[];
  readonly throttle: CredentialThrottle;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly accessLog: AccessLog;
  readonly load: LoadGate;
  readonly quotas: QuotaGate;
  readonly metrics: Metrics;
}

/** What a method needs, and what it does. */
export interface GrpcMethod<Request, Reply> {
  readonly name: string;
  /** null: open to all. */
  readonly permission: Permission | null;
  /** How long it may take, ms. Default: as by HTTP. */
  readonly usualMs?: number;
  /** Changes something: entered into the audit log. With what it is done to. */
  readonly subject?: (request: Request) => string;
  readonly run: (request: Request, asked: GrpcAsked) => Promise<Reply> | Reply;
}

export interface GrpcAsked {
  /** `key 0123456789ab` */
  readonly actor: string;
  /** How long the caller still waits, ms. */
  readonly leftMs: number;
  /** Pays for what the call costs beyond one unit; see {@link QuotaGate}. */
  readonly payMore: (cost: number) => Promise<void>;
}

/** What happens to every call around its method: who asks, permission, audit, status, metrics, one log line. */
export class GrpcEdge {
  readonly #requests: Counter<'method' | 'code'>;
  readonly #durations: Histogram<'method'>;

  constructor(private readonly deps: GrpcEdgeDependencies) {
    const { metrics } = deps;
    this.#requests = metrics.counter('grpc_requests_total', 'Calls answered', ['method', 'code']);
    this.#durations = metrics.histogram('grpc_request_duration_seconds', 'Time to answer a call', ['method']);
  }

  unary<Request, Reply>(method: GrpcMethod<Request, Reply>): handleUnaryCall<Request, Reply> {
    return (call, done) => {
      const trace = { id: randomUUID(), startedAt: performance.now() };
      this.#answer(method, call, trace.id).then(
        ({ reply, principal }) => {
          this.#record(method.name, status.OK, trace, principal);
          done(null, reply);
        },
        (error: unknown) => {
          const failure = grpcFailure(error, trace.id);
          this.#logFailure(error, trace.id);
          this.#record(method.name, failure.code, trace, undefined);
          done(failure);
        },
      );
    };
  }

  async #answer<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    call: ServerUnaryCall<Request, Reply>,
    requestId: string,
  ): Promise<{ reply: Reply; principal: Principal | undefined }> {
    const leftMs = remainingMs(call, method.usualMs);
    if (method.permission === null) {
      return {
        reply: await method.run(call.request, { actor: 'anonymous', leftMs, payMore: nobodyPays }),
        principal: undefined,
      };
    }
    const facts = factsOf(method, call, requestId);
    const principal = await this.#admit(method.permission, call, facts);
    const { load, quotas } = this.deps;
    const overload = load.refusal(LoadGate.priorityOf(principal, false));
    if (overload) throw overload;
    const { payMore, leave } = await quotas.payCall(principal, `gRPC ${method.name}`);
    const begunAt = performance.now();
    load.beginCall();
    try {
      const asked = { actor: actorName(principal), leftMs, payMore };
      return {
        reply: await this.#run(method, call.request, { ...facts, actor: principal }, asked),
        principal,
      };
    } finally {
      load.endCall(performance.now() - begunAt);
      leave();
    }
  }

  /** What changes something is entered into the audit log. */
  async #run<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    request: Request,
    facts: AuditFacts,
    asked: GrpcAsked,
  ): Promise<Reply> {
    if (!method.subject) return method.run(request, asked);
    const entry = await this.deps.audit.begin({ ...facts, subject: method.subject(request) });
    try {
      const reply = await method.run(request, asked);
      entry.end({ status: 200 });
      return reply;
    } catch (error) {
      const { problem } = grpcFailure(error, facts.requestId ?? '');
      entry.end({ status: problem.status, code: problem.code });
      throw error;
    }
  }

  /** The same credentials as by HTTP, in the metadata `authorization`. */
  async #admit(
    permission: Permission,
    call: ServerUnaryCall<unknown, unknown>,
    facts: AuditFacts,
  ): Promise<Principal> {
    let principal: Principal | undefined;
    try {
      principal = await identify(requestOf(call), this.deps.credentials);
      if (principal.requireSignature === true) throw notByGrpc();
      if (principal.permissions.has(permission)) return principal;
      throw notPermitted(permission);
    } catch (cause) {
      const isWrong = cause instanceof CredentialsRefusedError;
      const error: unknown = isWrong ? await this.deps.throttle.refused(addressOf(call), cause) : cause;
      const { problem } = grpcFailure(error, '');
      if (problem.status === 401 || problem.status === 403) {
        this.deps.audit.refuse({ ...facts, actor: principal ?? 'anonymous' }, problem);
      }
      throw error;
    }
  }

  #logFailure(cause: unknown, requestId: string): void {
    const error = toAppError(cause);
    const fields = { requestId, code: error.code, err: error.cause ?? error };
    if (error.kind === 'bug') this.deps.logger.error(fields, 'request failed');
    else if (error.kind === 'transient') this.deps.logger.warn(fields, 'request could not be answered now');
  }

  #record(
    method: string,
    code: status,
    { id, startedAt }: { readonly id: string; readonly startedAt: number },
    principal: Principal | undefined,
  ): void {
    const elapsedMs = performance.now() - startedAt;
    this.#requests.inc({ method, code: status[code] });
    this.#durations.observe({ method }, elapsedMs / 1_000);
    this.deps.accessLog.write({
      ...{ requestId: id, method: 'gRPC', route: method, path: method, status: status[code] },
      ms: Math.round(elapsedMs * 1_000) / 1_000,
      tenant: principal?.tenant,
      actor: principal && actorName(principal),
    });
  }
}

async function nobodyPays(): Promise<void> {}

/** RFC 9421 signs HTTP messages as their client wrote them, which a call is not when it gets here. */
function notByGrpc(): AppError {
  return new AppError(
    'caller',
    'access.signature_required',
    'these credentials count for signed requests only, and calls by gRPC cannot be signed; ask by HTTP',
  );
}

/** As much of an HTTP request as credentials are found in. */
function requestOf(call: ServerUnaryCall<unknown, unknown>): FastifyRequest {
  const [authorization] = call.metadata.get('authorization');
  const headers = authorization === undefined ? {} : { authorization: String(authorization) };
  return { headers, ip: addressOf(call) } as unknown as FastifyRequest;
}

function factsOf(
  { name, permission }: Pick<GrpcMethod<never, never>, 'name' | 'permission'>,
  call: ServerUnaryCall<unknown, unknown>,
  requestId: string,
): AuditFacts {
  const [userAgent] = call.metadata.get('user-agent');
  return {
    actor: 'anonymous',
    action: `${permission ?? 'public'} gRPC ${name}`,
    address: addressOf(call),
    userAgent: userAgent === undefined ? null : String(userAgent),
    requestId,
  };
}

/** The peer without its port: `127.0.0.1`, `::1`. */
function addressOf(call: ServerUnaryCall<unknown, unknown>): string {
  return call
    .getPeer()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
}

/** @throws AppError transient request.deadline_exceeded when nobody waits any more */
function remainingMs(call: ServerUnaryCall<unknown, unknown>, usualMs = USUAL_DEADLINE_MS): number {
  const deadline = call.getDeadline();
  const leftMs = (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now();
  if (leftMs > 0)
    return Math.min(leftMs, Math.max(usualMs, Number.isFinite(leftMs) ? LONGEST_DEADLINE_MS : 0));
  throw deadlineExceeded();
}
