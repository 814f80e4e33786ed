import { CredentialsRefusedError, type CredentialThrottle, type Principal } from '@btcforecast/access';
import type { Permission } from '@btcforecast/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ForecastReplies } from '../forecasts/forecast-replies.js';
import { LoadGate } from '../load/load-gate.js';
import type { QuotaGate } from '../quotas/quota-gate.js';
import type { RequestSignatures } from '../signatures/request-signatures.js';
import { type CredentialKind, identify } from './credentials.js';
import { assertMayAsk } from './may-ask.js';
import type { ProblemReply } from './problem-reply.js';
import { askedDeadline, startDeadline } from './request-deadline.js';
import { assertAddress } from './request-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** Reached without a key. Every other route needs one. */
    public?: boolean;
    /** What whoever asks must be permitted. A route without it that is not public does not start. */
    permission?: Permission;
    /** Answered from memory when possible. */
    cached?: boolean;
    /** Takes a stream ticket in place of other credentials. */
    ticket?: boolean;
  }
}

export interface AdmissionServices {
  /** In the order in which they are looked for. */
  readonly credentials: readonly CredentialKind[];
  readonly signatures: RequestSignatures;
  readonly throttle: CredentialThrottle;
  readonly load: LoadGate;
  readonly quotas: QuotaGate;
  readonly forecasts: ForecastReplies;
}

/**
 * Whether a request may go on to its route: who asks, what they are permitted, whether there is room for it, whether
 * their quota pays for it. What is in memory is answered here. All of it happens at once where memory knows enough,
 * which it nearly always does.
 */
export class Admission {
  constructor(
    readonly problems: ProblemReply,
    readonly services: () => AdmissionServices,
  ) {}

  /** @param done lets the request go on; not called when it has been answered */
  admit(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const entry = new Entry(request, reply, done, this);
    const { url } = request.routeOptions;
    try {
      assertAddress(request.raw.url ?? '');
      if (url === undefined) return done(); // without a route there is nothing to guard
      request.routePattern = url;
      entry.asked = askedDeadline(request);
      if (request.routeOptions.config.public) entry.enterUnknown();
      else entry.identify(this.services());
    } catch (error) {
      entry.refuse(error);
    }
  }
}

/** One request on its way in. */
class Entry {
  asked: number | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly done: () => void,
    private readonly admission: Admission,
  ) {}

  /** Whoever shows wrong credentials too often waits for the answer, or gets another one. */
  refuse(error: unknown): void {
    if (!(error instanceof CredentialsRefusedError)) return this.#answer(error);
    const answer = (cause: unknown): void => this.#answer(cause);
    this.admission.services().throttle.refused(this.request.ip, error).then(answer, answer);
  }

  /** Anybody may ask; but for what is vital not at any time. */
  enterUnknown(): void {
    if (this.request.routeOptions.config.vital) return this.#goOn();
    const { load } = this.admission.services();
    const overload = load.refusal('rest');
    if (overload) return this.#answer(overload);
    load.begin(this.request);
    this.#goOn();
  }

  identify(services: AdmissionServices): void {
    const { request } = this;
    const who = services.signatures.prove(request, identify(request, services.credentials));
    this.#with(who, (principal) => this.#enter(principal, services));
  }

  #answer(error: unknown): void {
    if (!this.reply.sent) this.admission.problems.send(error, this.request, this.reply);
  }

  #goOn(): void {
    this.#startDeadline();
    this.done();
  }

  #enter(principal: Principal, { load, quotas, forecasts }: AdmissionServices): void {
    const { request, reply } = this;
    request.principal = principal;
    assertMayAsk(request, principal);
    const { cached } = request.routeOptions.config;
    const known = cached ? forecasts.inMemory(request, principal) : undefined;
    const overload = load.refusal(LoadGate.priorityOf(principal, known !== undefined));
    if (overload) return this.#answer(overload);
    if (!known) load.begin(request);
    this.#with(quotas.pay(request, reply, principal, known !== undefined), (refusal) => {
      if (refusal) this.refuse(refusal);
      else if (known) forecasts.send(request, reply, known);
      else this.#goOn();
    });
  }

  /** At once if it can be: a promise would cost every request a turn of the event loop. */
  #with<T>(value: T | Promise<T>, next: (value: T) => void): void {
    if (!(value instanceof Promise)) return next(value);
    this.#startDeadline();
    // What is known too late has been answered already.
    value.then((late) => this.reply.sent || next(late)).catch((error: unknown) => this.refuse(error));
  }

  #startDeadline(): void {
    startDeadline(this.request, this.reply, this.asked, (error) => this.refuse(error));
  }
}
