import type { EventName, EventOf } from '@btcforecast/contracts';

export interface Subscription {
  unsubscribe(): void;
}

export type EventHandler<N extends EventName> = (payload: EventOf<N>) => void | Promise<void>;

/**
 * Events between services. An event is a hint that only makes things sooner: it may be lost, and it may come
 * twice. Whoever subscribes also reads the database at each (re)connect and every few seconds.
 */
export abstract class EventBus {
  /**
   * Tells whoever listens, in every process. Never rejects because the transport is away: the event is then
   * lost, counted and logged.
   *
   * @throws AppError bug when the payload breaks the schema or is 7,900 bytes or longer
   */
  abstract publish<N extends EventName>(name: N, payload: EventOf<N>): Promise<void>;

  /** A handler that throws or rejects is logged and stops no other. */
  abstract subscribe<N extends EventName>(name: N, handler: EventHandler<N>): Subscription;

  /**
   * Called each time events begin to flow: at the first connect, at each reconnect, and at once when they
   * already do. Events sent before were missed: read the database.
   */
  abstract onConnect(handler: () => void | Promise<void>): Subscription;

  /** Whether events arrive now. No reason to be unready: without events things are only later. */
  abstract get flowing(): boolean;

  abstract close(): Promise<void>;
}
