import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Gaps } from '../ledger.js';
import { ApiClient } from './api-client.js';
import { type RegionsRig, WAY_IN } from './regions-rig.js';

const PAUSE_MS = 500;
const TIMEOUT_MS = 10_000;
/** A tenant has a bounded number of open keys, which one drill after another would reach. */
const OPEN_MS = 120_000;
const Page = z.object({ data: z.array(z.object({ name: z.string() })), next: z.string().nullable() });

/** Makes keys over the API, one after another, by the way in for everybody, and remembers which it was told of. */
export class ApiLedger {
  readonly gaps = new Gaps();
  readonly acknowledged = new Set<string>();
  requests = 0;
  failed = 0;
  readonly failures = new Map<string, number>();
  #stopped = false;
  readonly #client: ApiClient;
  readonly #loop: Promise<void>;

  constructor(
    { base, key }: RegionsRig,
    private readonly region: string,
  ) {
    this.#client = new ApiClient({
      at: WAY_IN,
      caFile: base.secretFile('ca.pem'),
      key,
      from: base.network.clientAddresses(region, 'outside').at(-1)!,
      timeoutMs: TIMEOUT_MS,
    });
    this.#loop = this.#run();
  }

  get repeated(): number {
    return this.#client.repeated;
  }

  /** Begins to count, and to measure pauses, anew. */
  begin(): void {
    this.gaps.begin();
    [this.requests, this.failed, this.#client.repeated] = [0, 0, 0];
    this.failures.clear();
  }

  async stop(): Promise<void> {
    this.gaps.end();
    this.#stopped = true;
    await this.#loop;
  }

  /** How many of those that any of them was told of are not listed. */
  async lost(all: readonly ApiLedger[]): Promise<number> {
    const acknowledged = all.flatMap((each) => [...each.acknowledged]);
    const there = new Set<string>();
    let cursor = '';
    for (;;) {
      const reply = await this.#client.get(`/v1/keys?limit=100${cursor}`);
      const { data, next } = Page.parse(JSON.parse(reply.body));
      for (const { name } of data) there.add(name);
      if (next === null) return acknowledged.filter((name) => !there.has(name)).length;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#make(`drill ${this.region} ${randomUUID().slice(0, 13)}`);
      await delay(PAUSE_MS);
    }
  }

  async #make(name: string): Promise<void> {
    this.requests++;
    try {
      const headers = { 'idempotency-key': `"${randomUUID()}"` };
      const expiresAt = new Date(Date.now() + OPEN_MS).toISOString();
      const key = { name, roles: ['viewer'], expiresAt };
      const { status } = await this.#client.send('POST', '/v1/keys', key, headers);
      if (status !== 201) throw new Error(`status ${status}`);
      this.acknowledged.add(name);
      this.gaps.answered();
    } catch (error) {
      this.failed++;
      const reason = (error as Error).message;
      this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
    }
  }
}
