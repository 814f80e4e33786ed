import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { Gaps } from '../ledger.js';
import { ApiClient, type ApiReply } from './api-client.js';
import { FORECAST, type RegionsRig, WAY_IN } from './regions-rig.js';

const ORIGIN = /"origin":"([^"]+)"/;
const ID = /"id":"([0-9a-f]{64})"/;
const ADDRESSES = 8;
const TOO_LATE_MS = 5_000;
/** So many may be sent at a time by one who is late. */
const AT_ONCE = 10;

/** Where clients come from: inside of a region, by its own edge; or from anywhere, by the way in for everybody. */
export type ClientKind = 'inside' | 'outside';

/**
 * Clients of one region who ask for the latest forecast, so many times a second, whether or not they are answered. What
 * an answer took is counted from when it was to be asked for, so that a client who was late himself hides nothing.
 */
export class ForecastLoad {
  readonly gaps = new Gaps();
  requests = 0;
  failed = 0;
  readonly latenciesMs: number[] = [];
  /** What the failed ones were told, and how often. */
  readonly failures = new Map<string, number>();
  /** Origins of the forecasts they got, and when first; milliseconds of `performance.now()`. */
  readonly origins = new Map<string, number>();
  /** Of all forecasts that they were ever shown. */
  readonly ids = new Set<string>();
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
    /** So long the rate rises, evenly, for clients do not all come at once. */
    private readonly rampMs = 0,
  ) {
    const at = kind === 'inside' ? `nginx-${region}:8443` : WAY_IN;
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

  /** Sent once more, because their connection was lost. */
  get repeated(): number {
    return sum(this.#clients.map(({ repeated }) => repeated));
  }

  /** Begins to count anew. */
  begin(): void {
    this.gaps.begin();
    [this.requests, this.failed] = [0, 0];
    for (const client of this.#clients) client.repeated = 0;
    this.latenciesMs.length = 0;
    for (const counts of [this.failures, this.servedBy]) counts.clear();
  }

  async #run(): Promise<void> {
    const start = performance.now();
    for (let n = 0; !this.#stopped; n++) {
      const due = start + this.#dueMs(n);
      const wait = due - performance.now();
      // Also when it is late: answers come in meanwhile.
      if (wait > 1) await delay(wait);
      else if (n % AT_ONCE === 0) await turn();
      const asked = this.#ask(this.#clients[n % this.#clients.length]!, due);
      this.#running.add(asked);
      void asked.finally(() => this.#running.delete(asked));
    }
  }

  /** When the nth is to be asked for, after the start: half as many while the rate rises as at the full rate. */
  #dueMs(n: number): number {
    const perMs = this.perSecond / 1_000;
    const inRamp = (this.rampMs * perMs) / 2;
    return n < inRamp ? Math.sqrt((2 * n * this.rampMs) / perMs) : this.rampMs + (n - inRamp) / perMs;
  }

  async #ask(client: ApiClient, due: number): Promise<void> {
    this.requests++;
    try {
      this.#note(await client.get(FORECAST), due);
    } catch (error) {
      this.#failedWith((error as Error).message);
    }
  }

  #note({ status, body, region }: ApiReply, due: number): void {
    if (status !== 200) return this.#failedWith(`status ${status}`);
    this.gaps.answered();
    const now = performance.now();
    this.latenciesMs.push(now - due);
    this.servedBy.set(region, (this.servedBy.get(region) ?? 0) + 1);
    const origin = ORIGIN.exec(body)?.[1] ?? 'none';
    const id = ID.exec(body)?.[1];
    if (id !== undefined) this.ids.add(id);
    if (!this.origins.has(origin)) this.origins.set(origin, now);
  }

  #failedWith(reason: string): void {
    this.failed++;
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
