import type { Socket } from 'node:net';
import type { Principal } from '@btcforecast/access';
import type { WsMessage, WsRequest, WsSubscribe } from '@btcforecast/contracts';
import { AppError, isAppError, type Logger } from '@btcforecast/platform';
import type { RawData, WebSocket } from 'ws';
import type { CloseReason, StreamConnection } from '../stream-hub.js';
import type { StreamSettings } from '../stream-settings.js';
import type { Subscriber } from '../subscriber.js';
import { type EventSink, Subscription } from '../subscription.js';
import { MessageBudget } from './message-budget.js';
import { CLOSE_CODES, problemMessage } from './ws-answers.js';
import { readMessage } from './ws-request.js';

/**
 * So much waits for the socket at most, and one message more; what is beyond stays in the shared buffer. Not below the
 * mark of Node's sockets, above which they say when they have got rid of it.
 */
const HIGH_WATER_BYTES = 64 * 1024;
const MOST_UNREAD_BYTES = 4 * HIGH_WATER_BYTES;
const MOST_SUBSCRIPTIONS = 50;
const MESSAGES_AT_ONCE = 100;
const MESSAGES_PER_SECOND = 20;
/** Before whoever sent too many may come back. */
const PAUSE_MS = 5_000;
/** Pings without an answer after which nobody is there any more. */
const PINGS_UNANSWERED = 2;

export interface WsConnectionParts {
  readonly principal: Principal;
  readonly address: string | null;
  readonly socket: WebSocket;
  /** What the WebSocket runs on. */
  readonly tcp: Socket;
  readonly requestId: string;
  readonly subscriber: Subscriber;
  readonly settings: StreamSettings;
  /** How far a client may fall behind before it is sent away: so that it can still resume. */
  readonly maxLag: number;
  readonly logger: Logger;
  /** Id of the newest event. */
  readonly head: () => string;
  readonly onEvent: () => void;
  /** Called once, when it has ended, with why. */
  readonly onEnd: (reason: CloseReason | 'client') => void;
}

/** One WebSocket with its subscriptions. */
export class WsConnection implements StreamConnection {
  readonly principal: Principal;
  readonly address: string | null;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #budget = new MessageBudget(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND, performance.now());
  /** Messages are obeyed one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #named = 0;
  #ended = false;
  /** Since when the socket takes no more, in ms of the process's monotonic clock; 0 while it does. */
  #blockedAt = 0;
  #wroteAt = performance.now();
  #pingedAt = performance.now();
  #unanswered = 0;

  constructor(private readonly parts: WsConnectionParts) {
    this.principal = parts.principal;
    this.address = parts.address;
    const { socket } = parts;
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('pong', () => (this.#unanswered = 0));
    socket.on('close', () => this.#end('client'));
    parts.tcp.on('drain', () => {
      this.#blockedAt = 0;
      this.pump();
    });
  }

  pump(): void {
    if (this.#ended) return;
    // What has happened at once leaves in one piece: the call to the system is what a delivery costs.
    this.parts.tcp.cork();
    for (const subscription of this.#subscriptions.values()) subscription.pump();
    this.parts.tcp.uncork();
  }

  startOver(): void {
    for (const subscription of this.#subscriptions.values()) subscription.startOver('unknown');
  }

  tick(nowMs: number): void {
    if (this.#ended) return;
    if (this.#isSlow(nowMs)) return this.close('slow_consumer', 0);
    if (nowMs - this.#pingedAt >= this.parts.settings.heartbeatMs) this.#ping(nowMs);
    const isLevel = [...this.#subscriptions.values()].every((subscription) => subscription.isLevel);
    if (nowMs - this.#wroteAt < this.parts.settings.heartbeatMs || !isLevel) return;
    this.#tell({ type: 'heartbeat', cursor: this.parts.head() });
  }

  close(reason: CloseReason, retryMs: number): void {
    if (this.#ended) return;
    const subscriptions = [...this.#subscriptions].map(([subscription, { cursor }]) => ({
      subscription,
      cursor,
    }));
    const cursor = subscriptions.length === 1 ? subscriptions[0]!.cursor : null;
    this.#tell({ type: 'closing', reason, cursor, retryMs, subscriptions });
    // The cursor stands here too, for clients that see nothing of a connection but its end.
    this.parts.socket.close(CLOSE_CODES[reason], cursor ? `${reason} ${cursor}` : reason);
    this.#end(reason);
  }

  abort(): void {
    this.parts.socket.terminate();
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    this.#unanswered = 0;
    // Who asks and asks and never reads an answer is not waited for.
    if (this.parts.socket.bufferedAmount > MOST_UNREAD_BYTES) return this.parts.socket.terminate();
    if (!this.#budget.take(performance.now())) return this.close('too_many_messages', PAUSE_MS);
    const read = isBinary ? readMessage('') : readMessage((data as Buffer).toString('utf8'));
    const { requestId } = this.parts;
    if ('error' in read) return this.#tell(problemMessage(read.id, read.error, requestId));
    this.#turn = this.#turn.then(async () => {
      try {
        if (!this.#ended) await this.#obey(read.request);
      } catch (error) {
        if (!isAppError(error) || error.kind === 'bug') {
          this.parts.logger.error({ requestId, err: error }, 'a message could not be obeyed');
        }
        this.#tell(problemMessage(read.id, error, requestId));
      }
    });
  }

  async #obey(request: WsRequest): Promise<void> {
    const { id } = request;
    if (request.op === 'subscribe') return this.#subscribe(request);
    if (request.op === 'ping') return this.#tell({ type: 'pong', id, cursor: this.parts.head() });
    const { subscription } = request;
    const known = this.#subscriptions.get(subscription);
    if (!known) {
      const message = `this connection has no subscription ${subscription}; it may have ended already`;
      throw new AppError('caller', 'stream.subscription_unknown', message);
    }
    this.#subscriptions.delete(subscription);
    this.#tell({ type: 'unsubscribed', id, subscription, cursor: known.cursor });
  }

  async #subscribe({ id, cursor, ...question }: WsSubscribe): Promise<void> {
    if (this.#subscriptions.size >= MOST_SUBSCRIPTIONS) {
      const message = `a connection has ${MOST_SUBSCRIPTIONS} subscriptions at most; end some, or name several instruments in one`;
      throw new AppError('caller', 'stream.limit_reached', message, { limit: MOST_SUBSCRIPTIONS });
    }
    const request = { ...question, lastEventId: cursor };
    const prepared = await this.parts.subscriber.prepare(request, this.principal);
    if (this.#ended) return;
    const name = String((this.#named += 1));
    const subscription = prepared.begin(this.#sinkOf(name));
    this.#subscriptions.set(name, subscription);
    this.#tell({ type: 'subscribed', id, subscription: name, cursor: subscription.cursor });
    if (prepared.reset) {
      const { cursor: now } = subscription;
      this.#tell({ type: 'reset', subscription: name, reason: prepared.reset, cursor: now });
    }
    subscription.pump();
  }

  #sinkOf(name: string): EventSink {
    const isWritable = (): boolean => !this.#ended && this.#blockedAt === 0;
    return {
      get writable() {
        return isWritable();
      },
      event: (event) => {
        this.#write(event.ws(name));
        this.parts.onEvent();
      },
      reset: (reset) => this.#tell({ type: 'reset', subscription: name, ...reset }),
    };
  }

  /** Who wants the newest only may be as slow as it likes, while it is there at all. */
  #isSlow(nowMs: number): boolean {
    if (this.#blockedAt === 0) return false;
    const { settings, maxLag } = this.parts;
    const complete = [...this.#subscriptions.values()].filter(({ conflate }) => conflate === 'all');
    if (complete.length === 0) return false;
    return nowMs - this.#blockedAt > settings.stallMs || complete.some(({ lag }) => lag > maxLag);
  }

  #ping(nowMs: number): void {
    this.#pingedAt = nowMs;
    this.#unanswered += 1;
    if (this.#unanswered > PINGS_UNANSWERED) this.parts.socket.terminate();
    else this.parts.socket.ping();
  }

  #tell(message: WsMessage): void {
    if (this.#ended) return;
    this.parts.socket.send(JSON.stringify(message));
    this.#wrote();
  }

  /** A frame that is ready: it needs the library no more, which writes its own at once and whole too. */
  #write(frame: Buffer): void {
    this.parts.tcp.write(frame);
    this.#wrote();
  }

  #wrote(): void {
    this.#wroteAt = performance.now();
    if (this.parts.socket.bufferedAmount >= HIGH_WATER_BYTES) this.#blockedAt ||= this.#wroteAt;
  }

  #end(reason: CloseReason | 'client'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#subscriptions.clear();
    this.parts.onEnd(reason);
  }
}
