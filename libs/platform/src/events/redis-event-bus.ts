import type { EventName, EventOf } from '@btcforecast/contracts';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from '../logging/create-logger.js';
import { EventBus, type EventHandler, type Subscription } from './event-bus.js';
import { EventListeners } from './event-listeners.js';

const CHANNEL = 'btcforecast:events';
const LONGEST_PAUSE_MS = 3_000;

const CONNECTION: RedisOptions = {
  // An event that cannot be sent now is lost: late hints are worth nothing, and a queue would grow.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  keepAlive: 10_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
};

export interface RedisEventBusOptions {
  readonly redisUrl: string;
  readonly logger: Logger;
  /** Called for each event that was lost because the transport was away. */
  readonly onLost?: (name: EventName) => void;
}

/** Events by Redis publish/subscribe; a subscribed connection can do nothing else, so there are two. */
export class RedisEventBus extends EventBus {
  readonly #listeners: EventListeners;
  readonly #started: Promise<void>;
  #publisher: Redis | undefined;
  #subscriber: Redis | undefined;

  constructor(private readonly options: RedisEventBusOptions) {
    super();
    this.#listeners = new EventListeners(options.logger);
    this.#started = this.#start();
  }

  async publish<N extends EventName>(name: N, payload: EventOf<N>): Promise<void> {
    const text = this.#listeners.encode(name, payload);
    try {
      await this.#started;
      await this.#publisher?.publish(CHANNEL, text);
    } catch (error) {
      this.options.logger.warn({ event: name, err: error }, 'event lost: Redis is away');
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
    await this.#started;
    this.#publisher?.disconnect();
    this.#subscriber?.disconnect();
  }

  /** The Redis library is loaded here, by those who use it. */
  async #start(): Promise<void> {
    const { Redis } = await import('ioredis');
    const connect = (): Redis => {
      const redis = new Redis(this.options.redisUrl, CONNECTION);
      return redis.on('error', (error) =>
        this.options.logger.debug({ err: error }, 'event connection failed'),
      );
    };
    this.#publisher = connect();
    const subscriber = connect();
    subscriber.on('message', (_channel, text: string) => this.#listeners.deliver(text));
    subscriber.on('ready', () => void this.#listen(subscriber));
    subscriber.on('close', () => this.#listeners.disconnected());
    this.#subscriber = subscriber;
  }

  async #listen(subscriber: Redis): Promise<void> {
    try {
      await subscriber.subscribe(CHANNEL);
      this.#listeners.connected();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'cannot listen for events; connecting anew');
      subscriber.disconnect(true);
    }
  }
}
