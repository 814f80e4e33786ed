import { EVENTS, type EventName, type EventOf } from '@btcforecast/contracts';
import { SpanKind } from '@opentelemetry/api';
import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import { currentTraceparent, withTraceparent } from '../tracing/spans.js';
import type { EventHandler, Subscription } from './event-bus.js';

/** NOTIFY carries less than 8,000 bytes; the limit holds on every transport, so that none is special. */
const MAX_MESSAGE_BYTES = 7_900;

/** As an event travels; who sends it within a trace says so. */
const Message = z.object({ name: z.string(), payload: z.unknown(), traceparent: z.string().optional() });

type AnyHandler = (payload: never) => void | Promise<void>;

/** What both transports share: who listens, the form of a message, and that no handler can hurt another. */
export class EventListeners {
  readonly #handlers = new Map<EventName, Set<AnyHandler>>();
  readonly #onConnect = new Set<() => void | Promise<void>>();
  #flowing = false;

  constructor(private readonly logger: Logger) {}

  get flowing(): boolean {
    return this.#flowing;
  }

  subscribe<N extends EventName>(name: N, handler: EventHandler<N>): Subscription {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return { unsubscribe: () => handlers.delete(handler) };
  }

  onConnect(handler: () => void | Promise<void>): Subscription {
    this.#onConnect.add(handler);
    if (this.#flowing) void this.#guarded('connect', handler);
    return { unsubscribe: () => this.#onConnect.delete(handler) };
  }

  connected(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    for (const handler of this.#onConnect) void this.#guarded('connect', handler);
  }

  disconnected(): void {
    this.#flowing = false;
  }

  /** The message as it travels: one JSON object. */
  encode<N extends EventName>(name: N, payload: EventOf<N>): string {
    const checked = EVENTS[name].safeParse(payload);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      throw new AppError('bug', 'internal.bug', `event ${name}: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    const text = JSON.stringify({ name, payload: checked.data, traceparent: currentTraceparent() });
    if (Buffer.byteLength(text) >= MAX_MESSAGE_BYTES) {
      throw new AppError('bug', 'internal.bug', `event ${name} is too long: send identifiers, not data`);
    }
    return text;
  }

  /**
   * Hands a message to its handlers, in the trace in which it was sent, or else one of its own; what is not an event of
   * ours is logged and dropped.
   */
  deliver(text: string): void {
    const message = decode(text);
    if (!message) {
      this.logger.warn({ bytes: Buffer.byteLength(text) }, 'event dropped: not understood');
      return;
    }
    const { name, payload, traceparent } = message;
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      const handle = async (): Promise<void> => handler(payload as never);
      void this.#guarded(name, () =>
        withTraceparent(traceparent, `event ${name}`, handle, SpanKind.CONSUMER),
      );
    }
  }

  async #guarded(event: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.logger.error({ event, err: error }, 'event handler failed');
    }
  }
}

interface Decoded {
  readonly name: EventName;
  readonly payload: unknown;
  readonly traceparent: string | undefined;
}

function decode(text: string): Decoded | undefined {
  try {
    const { name, payload, traceparent } = Message.parse(JSON.parse(text));
    if (!Object.hasOwn(EVENTS, name)) return undefined;
    const checked = EVENTS[name as EventName].safeParse(payload);
    return checked.success ? { name: name as EventName, payload: checked.data, traceparent } : undefined;
  } catch {
    return undefined; // not JSON, or of another form: whoever sent it is not one of us
  }
}
