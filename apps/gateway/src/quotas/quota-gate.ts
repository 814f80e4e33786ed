import type { Principal, QuotaRefusal, QuotaService, UsageMeter } from '@btcforecast/access';
import { AppError, type Metrics } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Counter } from 'prom-client';
import { QuotaError } from './quota-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who pays; everybody who is known does. */
    meter: UsageMeter | undefined;
    /** Whether it has a place among the requests of its tenant. */
    hasPlace: boolean;
  }
  interface FastifyContextConfig {
    /** Units that a request costs. Default 1. */
    cost?: number;
    /** Name under which usage is counted: method and path, as the API document writes it. */
    usageName?: string;
  }
}

type Payment = QuotaError | undefined;

/** What came by another way than HTTP. */
export interface PaidCall {
  /** @throws QuotaError quota.exceeded: nothing was taken */
  payMore(cost: number): Promise<void>;
  leave(): void;
}

/** Lets requests in as far as the quota of their tenant goes, and says on each reply how far that is. */
export class QuotaGate {
  readonly #refusals: Counter<'policy'>;

  constructor(
    private readonly quotas: QuotaService,
    metrics: Metrics,
  ) {
    this.#refusals = metrics.counter('quota_refusals_total', 'Requests refused, by the first policy broken', [
      'policy',
    ]);
  }

  /** Names a route for the record of usage, once. */
  static prepare({ method, url, config }: RouteOptions): void {
    if (config) config.usageName ??= `${String(method)} ${url.replace(/:(\w+)/g, '{$1}')}`;
  }

  /**
   * Pays for a request.
   *
   * @param atOnce it is answered from memory, so it needs no place
   * @returns why it is refused, undefined when it is not; a promise when something has to be read first
   */
  pay(
    request: FastifyRequest,
    reply: FastifyReply,
    principal: Principal,
    atOnce: boolean,
  ): Payment | Promise<Payment> {
    const meter = this.quotas.meterOf(principal);
    if (meter) return this.#pay(request, reply, meter, atOnce);
    return this.quotas.load(principal).then((loaded) => {
      // Who has left, or was answered, would keep a place for ever.
      if (reply.sent || reply.raw.destroyed) return undefined;
      return this.#pay(request, reply, loaded, atOnce);
    });
  }

  /**
   * Pays for what shows only in the handler, such as the rows of a batch, beyond what the route costs.
   *
   * @throws QuotaError quota.exceeded: nothing was taken
   */
  async payMore(request: FastifyRequest, reply: FastifyReply, cost: number): Promise<void> {
    const { meter } = request;
    if (!meter) throw new AppError('bug', 'internal.bug', 'nobody is there to pay for this request');
    const refusal = cost > 0 ? await meter.takeMore(usageNameOf(request), cost) : undefined;
    const error = this.#conclude(reply, meter, refusal);
    if (error) throw error;
  }

  /**
   * Pays for what came by another way than HTTP, and takes a place for it: `leave` gives that back.
   *
   * @throws QuotaError quota.exceeded, quota.concurrency
   */
  async payCall(principal: Principal, route: string): Promise<PaidCall> {
    const meter = this.quotas.meterOf(principal) ?? (await this.quotas.load(principal));
    this.#assertPaid(meter.enter(route));
    const leave = (): void => meter.quota.leave();
    try {
      this.#assertPaid(await meter.take(route, 1));
    } catch (error) {
      leave();
      throw error;
    }
    const payMore = async (cost: number): Promise<void> => {
      if (cost > 0) this.#assertPaid(await meter.takeMore(route, cost));
    };
    return { payMore, leave };
  }

  /** To be called when the request has come to its end. */
  leave(request: FastifyRequest): void {
    if (request.hasPlace) request.meter?.quota.leave();
    request.hasPlace = false;
  }

  #pay(
    request: FastifyRequest,
    reply: FastifyReply,
    meter: UsageMeter,
    atOnce: boolean,
  ): Payment | Promise<Payment> {
    const { cost = 1, endless } = request.routeOptions.config;
    const route = usageNameOf(request);
    request.meter = meter;
    if (!atOnce && !endless) {
      const crowded = meter.enter(route);
      if (crowded) return this.#conclude(reply, meter, crowded);
      request.hasPlace = true;
    }
    const refusal = meter.take(route, cost);
    if (!(refusal instanceof Promise)) return this.#conclude(reply, meter, refusal);
    return refusal.then((late) => this.#conclude(reply, meter, late));
  }

  #conclude(reply: FastifyReply, { quota }: UsageMeter, refusal: QuotaRefusal | undefined): Payment {
    if (quota.policies !== undefined) {
      reply.header('ratelimit-policy', quota.policies);
      const limits = refusal ? refusal.limits : quota.limits(quota.askedAt);
      if (limits !== undefined) reply.header('ratelimit', limits);
    }
    return refusal && this.#error(refusal);
  }

  #assertPaid(refusal: QuotaRefusal | undefined): void {
    if (refusal) throw this.#error(refusal);
  }

  #error(refusal: QuotaRefusal): QuotaError {
    this.#refusals.inc({ policy: refusal.policies[0] ?? 'burst' });
    return new QuotaError(refusal);
  }
}

function usageNameOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.config.usageName ?? 'unknown';
}
