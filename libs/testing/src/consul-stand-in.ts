import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Definition {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  readonly Port: number;
  readonly Tags: readonly string[];
  readonly Check: {
    readonly HTTP: string;
    readonly Interval: string;
    readonly Timeout: string;
    readonly DeregisterCriticalServiceAfter: string;
    readonly Status?: 'passing' | 'critical';
  };
}

interface Entry {
  readonly definition: Definition;
  status: 'passing' | 'critical';
  since: number;
  checkedAt: number;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly index?: number;
}

const SWEEP_MS = 25;

/**
 * Speaks the part of the HTTP API of a Consul agent that btcforecast uses, by its documentation: registration with HTTP
 * checks that are really made, ACL by a token, and blocking queries with an index. It is not Consul.
 */
export class ConsulStandIn {
  /** Divides the times of checks, so that a test need not wait for ten seconds. */
  hurry = 1;
  /** Questions that wait for a change now. */
  waiting = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #server: Server;
  #index = 10;
  #sweep: NodeJS.Timeout | undefined;
  #port = 0;

  private constructor(readonly token: string) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(token: string): Promise<ConsulStandIn> {
    const consul = new ConsulStandIn(token);
    await consul.resume();
    return consul;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get services(): Definition[] {
    return [...this.#entries.values()].map(({ definition }) => definition);
  }

  /** Ids of those that are healthy. */
  get passing(): string[] {
    return [...this.#entries].filter(([, { status }]) => status === 'passing').map(([id]) => id);
  }

  /** As an agent that was set up anew: knows nobody, and counts from the beginning. */
  forget(): void {
    this.#entries.clear();
    this.#index = 1;
  }

  async resume(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#sweep = setInterval(() => void this.#check(), SWEEP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url);
    const isAllowed = request.headers['x-consul-token'] === this.token;
    const reply: Reply = isAllowed
      ? await this.#reply(url, request)
      : { status: 403, body: 'Permission denied: anonymous token lacks permission' };
    const { status, body, index } = reply;
    response.writeHead(status, index === undefined ? {} : { 'x-consul-index': String(index) });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  async #reply({ pathname, searchParams }: URL, request: IncomingMessage): Promise<Reply> {
    const [, verb = '', name = ''] =
      /^\/v1\/(agent\/service(?:\/(?:de)?register)?|health\/service)\/?(.*)$/.exec(pathname) ?? [];
    const id = decodeURIComponent(name);
    const known = this.#entries.get(id);
    switch (verb) {
      case 'agent/service/register':
        return { status: 200, body: this.#register((await json(request)) as Definition) };
      case 'agent/service/deregister':
        return known ? { status: 200, body: this.#remove(id) } : unknown(id);
      case 'agent/service':
        return known ? { status: 200, body: known.definition } : unknown(id);
      case 'health/service':
        await this.#wait(searchParams);
        return { status: 200, body: this.#healthy(id, searchParams), index: this.#index };
      default:
        return { status: 404, body: '' };
    }
  }

  /** A question that shows the present index is answered when there is a later one, or its time is over. */
  async #wait(query: URLSearchParams): Promise<void> {
    const shown = Number(query.get('index') ?? 0);
    const endsAt = Date.now() + Number.parseInt(query.get('wait') ?? '300s', 10) * 1_000;
    if (shown < 1 || shown !== this.#index) return;
    this.waiting += 1;
    while (shown === this.#index && Date.now() < endsAt && this.#server.listening) {
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
    }
    this.waiting -= 1;
  }

  #healthy(name: string, query: URLSearchParams): unknown[] {
    return [...this.#entries.values()]
      .filter(({ definition, status }) => {
        const isTagged = definition.Tags.includes(query.get('tag') ?? '');
        return definition.Name === name && isTagged && (status === 'passing' || !query.has('passing'));
      })
      .map(({ definition }) => ({ Node: { Address: '127.0.0.1' }, Service: definition, Checks: [] }));
  }

  #register(definition: Definition): string {
    const status = definition.Check.Status ?? 'critical';
    this.#entries.set(definition.ID, { definition, status, since: Date.now(), checkedAt: Date.now() });
    this.#index += 1;
    return '';
  }

  #remove(id: string): string {
    this.#entries.delete(id);
    this.#index += 1;
    return '';
  }

  async #check(): Promise<void> {
    const now = Date.now();
    for (const [id, entry] of this.#entries) {
      const { HTTP: url, Interval, Timeout, DeregisterCriticalServiceAfter: after } = entry.definition.Check;
      if (entry.status === 'critical' && now - entry.since > this.#ms(after)) this.#remove(id);
      if (now - entry.checkedAt < this.#ms(Interval)) continue;
      entry.checkedAt = now;
      const signal = AbortSignal.timeout(this.#ms(Timeout) * this.hurry);
      const isReady = await fetch(url, { signal }).then(
        ({ ok }) => ok,
        () => false,
      );
      this.#found(entry, isReady ? 'passing' : 'critical');
    }
  }

  #found(entry: Entry, status: Entry['status']): void {
    if (entry.status === status) return;
    entry.status = status;
    entry.since = Date.now();
    this.#index += 1;
  }

  #ms(text: string): number {
    return (Number.parseInt(text, 10) * (text.endsWith('m') ? 60_000 : 1_000)) / this.hurry;
  }
}

const unknown = (id: string): Reply => ({
  status: 404,
  body: `unknown service ID "${id}". Ensure that the service ID is passed, not the service name.`,
});
