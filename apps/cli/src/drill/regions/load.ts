import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Gaps } from '../ledger.js';
import { ApiClient, type ApiReply } from './api-client.js';
import { FORECAST, type RegionsRig } from './regions-rig.js';

const Forecast = z.object({ origin: z.string() });
const ADDRESSES = 8;
const TOO_LATE_MS = 5_000;

/** Where clients come from: inside of a region, by its own edge; or from anywhere, by the way in for everybody. */
export type ClientKind = 'inside' | 'outside';

/** Clients of one region who ask for the latest forecast, so many times a second, whether or not they are answered. */
export class ForecastLoad {
  readonly gaps = new Gaps();
  requests = 0;
  failed = 0;
  readonly latenciesMs: number[] = [];
  /** What the failed ones were told, and how often. */
  readonly failures = new Map<string, number>();
  /** Origins of the forecasts they got, and when first; milliseconds of `performance.now()`. */
  readonly origins = new Map<string, number>();
  /** Regions that answered, and how often. */
  readonly servedBy = new Map<string, number>();
  readonly #clients: ApiClient[];
  readonly #running = new Set<Promise<void>>();
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(
    { base, key }: RegionsRig,
    readonly region: string,
    readonly kind: ClientKind,
    private readonly perSecond: number,
  ) {
    const at = kind === 'inside' ? `nginx-${region}:8443` : 'global-haproxy:8443';
    this.#clients = base.network
      .clientAddresses(region, kind)
      .slice(0, ADDRESSES)
      .map(
        (from) => new ApiClient({ at, caFile: base.secretFile('ca.pem'), key, from, timeoutMs: TOO_LATE_MS }),
      );
  }

  start(): this {
    this.#loop = this.#run();
    return this;
  }

  /** Ends after the requests that are on their way; can be called again. */
  async stop(): Promise<void> {
    this.gaps.end();
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#running);
    for (const client of this.#clients) client.close();
  }

  /** Begins to count anew. */
  begin(): void {
    this.gaps.begin();
    [this.requests, this.failed] = [0, 0];
    this.latenciesMs.length = 0;
    for (const counts of [this.failures, this.servedBy]) counts.clear();
  }

  async #run(): Promise<void> {
    const start = performance.now();
    for (let n = 0; !this.#stopped; n++) {
      const wait = start + (n * 1_000) / this.perSecond - performance.now();
      if (wait > 1) await delay(wait);
      const asked = this.#ask(this.#clients[n % this.#clients.length]!);
      this.#running.add(asked);
      void asked.finally(() => this.#running.delete(asked));
    }
  }

  async #ask(client: ApiClient): Promise<void> {
    this.requests++;
    const start = performance.now();
    try {
      this.#note(await client.get(FORECAST), start);
    } catch (error) {
      this.#failedWith((error as Error).message);
    }
  }

  #note({ status, body, region }: ApiReply, start: number): void {
    if (status !== 200) return this.#failedWith(`status ${status}`);
    this.gaps.answered();
    const now = performance.now();
    this.latenciesMs.push(now - start);
    this.servedBy.set(region, (this.servedBy.get(region) ?? 0) + 1);
    const { origin } = Forecast.parse(JSON.parse(body));
    if (!this.origins.has(origin)) this.origins.set(origin, now);
  }

  #failedWith(reason: string): void {
    this.failed++;
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

/** The value below which that share of the values lies; 0 for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Such as `us-west 120, eu-west 3`. */
export function counts(of: ReadonlyMap<string, number>): string {
  return [...of].map(([what, count]) => `${what} ${count}`).join(', ');
}
