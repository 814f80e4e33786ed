import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Principal } from '@btcforecast/access';
import type { StreamCursor, StreamReset } from '@btcforecast/contracts';
import type { RecordedEvent } from '../record/recorded-event.js';
import type { CloseReason, StreamConnection } from '../stream-hub.js';
import type { StreamSettings } from '../stream-settings.js';
import type { EventSink, Subscription } from '../subscription.js';

/** What a client is told to wait before it connects again by itself, ms. */
const RETRY_MS = 2_000;

export interface SseConnectionParts {
  readonly principal: Principal;
  readonly address: string | null;
  /** Its head has been sent. */
  readonly response: ServerResponse;
  readonly settings: StreamSettings;
  /** How far a client may fall behind before it is sent away: so that it can still resume. */
  readonly maxLag: number;
  readonly onEvent: () => void;
  /** Called once, when it has ended, with why. */
  readonly onEnd: (reason: CloseReason | 'client') => void;
}

/** One event stream of a browser or a program, WHATWG HTML, section 9.2. */
export class SseConnection implements StreamConnection, EventSink {
  readonly principal: Principal;
  readonly address: string | null;
  #subscription: Subscription | undefined;
  #ended = false;
  /** Since when the socket takes no more, in ms of the process's monotonic clock; 0 while it does. */
  #blockedAt = 0;
  #wroteAt = performance.now();
  /** Written to directly: the response would put each write off and so keep the event loop from anything else. */
  readonly #socket: Socket;

  constructor(private readonly parts: SseConnectionParts) {
    this.principal = parts.principal;
    this.address = parts.address;
    const { response } = parts;
    this.#socket = response.socket!; // it is there until the response has ended
    this.#socket.on('drain', () => {
      this.#blockedAt = 0;
      this.pump();
    });
    response.on('error', () => this.#end('client')); // it has gone while we wrote: nothing to be done about that
    response.on('close', () => this.#end('client'));
  }

  /** From here on events flow. */
  begin(subscription: Subscription, reset: StreamReset['reason'] | null): void {
    this.#subscription = subscription;
    // It has something to resume with then, should it lose us before the first event.
    this.#write(`retry: ${RETRY_MS}\n${standing(subscription.cursor)}`);
    if (reset) this.reset({ reason: reset, cursor: subscription.cursor });
    this.pump();
  }

  get writable(): boolean {
    return !this.#ended && this.#blockedAt === 0;
  }

  event(event: RecordedEvent): void {
    this.#write(event.sse);
    this.parts.onEvent();
  }

  reset(reset: StreamReset): void {
    this.#write(`id: ${reset.cursor}\nevent: reset\ndata: ${JSON.stringify(reset)}\n\n`);
  }

  pump(): void {
    const subscription = this.#subscription;
    if (this.#ended || !subscription) return;
    if (subscription.waiting === 1) return void subscription.pump();
    // What has happened at once leaves in one piece: the call to the system is what a delivery costs.
    this.#socket.cork();
    subscription.pump();
    this.#socket.uncork();
  }

  startOver(): void {
    if (!this.#ended) this.#subscription?.startOver('unknown');
  }

  tick(nowMs: number): void {
    const { settings, maxLag } = this.parts;
    if (this.#blockedAt !== 0) {
      const stalled = nowMs - this.#blockedAt > settings.stallMs;
      if (stalled || (this.#subscription?.lag ?? 0) > maxLag) this.close('slow_consumer', RETRY_MS);
    } else if (nowMs - this.#wroteAt >= settings.heartbeatMs) {
      // With where we stand: a client that is told of few events must not come back with an old one.
      if (this.#subscription) this.#write(standing(this.#subscription.cursor));
    }
  }

  close(reason: CloseReason, retryMs: number): void {
    if (this.#ended) return;
    const { response } = this.parts;
    if (this.writable) {
      const cursor = this.#subscription?.cursor ?? null;
      const closing = JSON.stringify({ reason, cursor, retryMs });
      response.end(`retry: ${retryMs}\nevent: closing\ndata: ${closing}\n\n`);
    } else {
      response.destroy(); // it does not read; what it has read says where to resume
    }
    this.#end(reason);
  }

  abort(): void {
    this.parts.response.destroy();
  }

  #write(bytes: Buffer | string): void {
    if (this.#ended) return;
    this.#wroteAt = performance.now();
    if (!this.#socket.write(bytes)) this.#blockedAt ||= this.#wroteAt;
  }

  #end(reason: CloseReason | 'client'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.parts.onEnd(reason);
  }
}

/**
 * Where the stream stands. A block without data is no event, but the standard has clients keep its id; some libraries
 * do not, and those show comments.
 */
function standing(cursor: StreamCursor): string {
  return `: at ${cursor}\nid: ${cursor}\n\n`;
}
