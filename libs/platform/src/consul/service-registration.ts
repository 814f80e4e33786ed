import type { Logger } from '../logging/create-logger.js';
import type { ConsulClient, ConsulReply } from './consul-client.js';
import { untilStopped } from './consul-loop.js';

export interface ServiceInstance {
  readonly name: string;
  /** The same again when the instance starts anew in the same place. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  /** Answers 200 while the instance takes work. */
  readonly readyUrl: string;
}

/** An agent that was set up anew has forgotten us. */
const LOOK_EVERY_MS = 15_000;

/** An entry in Consul: made when the service is ready, made again when it is lost, taken away at the end. */
export class ServiceRegistration {
  readonly #stop = new AbortController();

  constructor(
    private readonly consul: ConsulClient,
    private readonly instance: ServiceInstance,
    private readonly logger: Logger,
    lookEveryMs = LOOK_EVERY_MS,
  ) {
    const { signal } = this.#stop;
    const look = async (): Promise<number> => {
      await this.#ensure();
      return lookEveryMs;
    };
    void untilStopped('registration', look, { signal, logger });
  }

  /** Out of everybody's sight, before it stops taking work. Never rejects: what stays is taken out by its check. */
  async close(): Promise<void> {
    this.#stop.abort();
    const path = `agent/service/deregister/${encodeURIComponent(this.instance.id)}`;
    const ended = this.consul.ask('PUT', path).then(expected);
    await ended.catch((error: Error) => {
      this.logger.warn({ reason: error.message }, 'not taken out of Consul: its check will do so');
    });
    await this.consul.close();
  }

  async #ensure(): Promise<void> {
    const { id, name, address, port, tags, readyUrl } = this.instance;
    const known = await this.consul.ask('GET', `agent/service/${encodeURIComponent(id)}`);
    if (known.status === 200) return;
    if (known.status !== 404) expected(known);
    const body = {
      ID: id,
      Name: name,
      Address: address,
      Port: port,
      Tags: tags,
      Check: {
        HTTP: readyUrl,
        Interval: '10s',
        Timeout: '2s',
        DeregisterCriticalServiceAfter: '1m',
        // It is registered when it is ready, and need not wait for the first check.
        Status: 'passing',
      },
    };
    expected(await this.consul.ask('PUT', 'agent/service/register', { body }));
    this.logger.info({ id, address, port }, 'registered in Consul');
  }
}

function expected({ status, body }: ConsulReply): void {
  if (status !== 200) throw new Error(`status ${status}: ${String(body).slice(0, 200)}`);
}
