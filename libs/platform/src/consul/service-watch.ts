import { z } from 'zod';
import type { HostPort } from '../config/platform.env.js';
import type { Logger } from '../logging/create-logger.js';
import type { ConsulClient } from './consul-client.js';
import { untilStopped } from './consul-loop.js';

export interface WatchedService {
  readonly name: string;
  readonly tag: string;
  readonly onChange: (instances: readonly HostPort[]) => void;
}

/** How long an answer may wait for a change; Consul adds a sixteenth at most. */
const WAIT_S = 60;
const PATIENCE_MS = (WAIT_S + WAIT_S / 16 + 5) * 1_000;
/** However fast something changes, it is asked no more often. */
const SOONEST_MS = 200;

const Entries = z.array(
  z.object({
    Node: z.object({ Address: z.string() }),
    Service: z.object({ Address: z.string(), Port: z.number() }),
  }),
);

/**
 * Tells the healthy instances of a service, and each change of them, by blocking queries: a question carries the index
 * of the answer before, and is answered when there is a later one. An index that goes back, as after a restore, means to
 * begin anew. When nobody is healthy nothing is told: whoever calls finds out soonest who answers.
 */
export class ServiceWatch {
  readonly #stop = new AbortController();
  #index = 0;
  #last = '';

  constructor(
    private readonly consul: ConsulClient,
    private readonly service: WatchedService,
    logger: Logger,
  ) {
    const { signal } = this.#stop;
    void untilStopped(`instances of ${service.name}`, () => this.#look(), { signal, logger });
  }

  close(): void {
    this.#stop.abort();
  }

  async #look(): Promise<number> {
    const { name, tag, onChange } = this.service;
    const query = new URLSearchParams({ passing: '1', tag, wait: `${WAIT_S}s`, index: String(this.#index) });
    const reply = await this.consul.ask('GET', `health/service/${name}?${query}`, { timeoutMs: PATIENCE_MS });
    if (reply.status !== 200) throw new Error(`status ${reply.status}: ${String(reply.body).slice(0, 200)}`);
    this.#index = reply.index < this.#index || reply.index < 1 ? 0 : reply.index;
    const instances = Entries.parse(reply.body).map(
      ({ Node: node, Service: { Address: address, Port: port } }) => ({
        host: address || node.Address,
        port,
      }),
    );
    const text = JSON.stringify(instances);
    if (instances.length > 0 && text !== this.#last && !this.#stop.signal.aborted) {
      this.#last = text;
      onChange(instances);
    }
    return SOONEST_MS;
  }
}
