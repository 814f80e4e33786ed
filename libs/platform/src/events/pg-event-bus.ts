import { setTimeout as sleep } from 'node:timers/promises';
import type { EventName, EventOf } from '@btcforecast/contracts';
import pg from 'pg';
import type { Logger } from '../logging/create-logger.js';
import { EventBus, type EventHandler, type Subscription } from './event-bus.js';
import { EventListeners } from './event-listeners.js';

const CHANNEL = 'btcforecast_events';
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** A connection that is silently cut is noticed by this ping, long before TCP gives up. */
const PING_EVERY_MS = 10_000;
const QUERY_TIMEOUT_MS = 5_000;

export interface PgEventBusOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Called for each event that was lost because the transport was away. */
  readonly onLost?: (name: EventName) => void;
}

/** Events by LISTEN/NOTIFY on one connection of its own, which is kept, again and again, until closed. */
export class PgEventBus extends EventBus {
  readonly #listeners: EventListeners;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #client: pg.Client | undefined;
  #lastQuery: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: PgEventBusOptions) {
    super();
    this.#listeners = new EventListeners(options.logger);
    this.#running = this.#run();
  }

  async publish<N extends EventName>(name: N, payload: EventOf<N>): Promise<void> {
    const text = this.#listeners.encode(name, payload);
    try {
      await this.#ask(this.#client, 'SELECT pg_notify($1, $2)', [CHANNEL, text]);
    } catch (error) {
      this.options.logger.warn({ event: name, err: error }, 'event lost: PostgreSQL is away');
      this.options.onLost?.(name);
    }
  }

  subscribe<N extends EventName>(name: N, handler: EventHandler<N>): Subscription {
    return this.#listeners.subscribe(name, handler);
  }

  onConnect(handler: () => void | Promise<void>): Subscription {
    return this.#listeners.onConnect(handler);
  }

  get flowing(): boolean {
    return this.#listeners.flowing;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#client?.end().catch(() => undefined); // it may be broken already
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#session(() => (pauseMs = FIRST_PAUSE_MS));
      } catch (error) {
        const reason = (error as Error).message;
        if (!this.#stop.signal.aborted) this.options.logger.warn({ reason }, 'event connection lost');
      }
      await pause(pauseMs * (0.5 + Math.random() / 2), this.#stop.signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  /** One connection from its beginning to its end. */
  async #session(onConnected: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: 'btcforecast events',
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.options.logger.debug({ err: error }, 'event connection failed'));
    client.on('notification', (notification) => this.#listeners.deliver(notification.payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.#stop.signal.aborted) return;
      this.#client = client;
      onConnected();
      this.#listeners.connected();
      await Promise.race([ended, this.#pingUntilItFails(client)]);
    } finally {
      this.#client = undefined;
      this.#listeners.disconnected();
      void client.end().catch(() => undefined); // not awaited: a dead peer would never confirm
    }
  }

  /** One query after the other: the driver takes no second one while the first is under way. */
  #ask(client: pg.Client | undefined, text: string, values: string[] = []): Promise<unknown> {
    const asked = this.#lastQuery.then(() => {
      if (!client || client !== this.#client) throw new Error('not connected');
      return client.query(text, values);
    });
    this.#lastQuery = asked.catch(() => undefined); // told to the one who asked
    return asked;
  }

  async #pingUntilItFails(client: pg.Client): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(PING_EVERY_MS, this.#stop.signal);
      if (!this.#stop.signal.aborted) await this.#ask(client, 'SELECT 1');
    }
  }
}

/** Ends early, without an error, when the signal fires. Does not keep the process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
