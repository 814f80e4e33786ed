import type { StreamCursor, StreamReset, WsSubscribe } from '@btcforecast/contracts';
import type { RecordedEvent } from './record/recorded-event.js';
import type { ReplayBuffer } from './record/replay-buffer.js';
import type { Place } from './record/stream-cursor.js';
import type { StreamFilter } from './stream-filter.js';

export type Conflate = WsSubscribe['conflate'];

/** Where the events of a subscription go: a connection. */
export interface EventSink {
  /** Whether it takes more now: its buffer is not full. */
  readonly writable: boolean;
  event(event: RecordedEvent): void;
  reset(reset: StreamReset): void;
}

/**
 * A place in the sequence, and what of it somebody wants. There is no queue: who is behind reads on from the shared
 * buffer when its connection takes more, so a slow client costs a number, and resuming is being behind.
 */
export class Subscription {
  #position: number;
  #cursor: StreamCursor;
  /** Whether it has once got everything there was: who resumes is behind and not slow. */
  #wasLevel = false;

  constructor(
    private readonly sink: EventSink,
    private readonly buffer: ReplayBuffer,
    private readonly filter: StreamFilter,
    readonly conflate: Conflate,
    from: Place,
  ) {
    this.#position = from.seq;
    this.#cursor = from.cursor;
  }

  /** Id of the newest event that was sent, or that was not for it. */
  get cursor(): StreamCursor {
    return this.#cursor;
  }

  /** Events that it has not seen yet, and should have by now; 0 while it is still catching up after a resume. */
  get lag(): number {
    return this.#wasLevel ? this.waiting : 0;
  }

  get isLevel(): boolean {
    return this.waiting === 0;
  }

  /** How many events it has not looked at yet. */
  get waiting(): number {
    return this.buffer.last - this.#position;
  }

  /** Sends what there is until it is level or the connection takes no more. Gives how many events were sent. */
  pump(): number {
    const { buffer, sink } = this;
    if (!sink.writable) return 0;
    if (this.#position < buffer.first - 1) this.startOver('too_old');
    let sent = 0;
    const newest = this.#isBehind ? this.#newestOfEach() : undefined;
    while (this.#position < buffer.last && sink.writable) {
      const event = buffer.get(this.#position + 1)!; // between first and last there are no holes
      this.#position += 1;
      this.#cursor = event.id;
      if (!this.filter.matches(event.row)) continue;
      if (newest && newest.get(event.subject) !== event) continue;
      sink.event(event);
      sent += 1;
    }
    this.#wasLevel ||= this.isLevel;
    return sent;
  }

  /** Goes on at the newest event; the client is told that some may be missing. */
  startOver(reason: StreamReset['reason']): void {
    this.#position = this.buffer.last;
    this.#cursor = this.buffer.head;
    this.sink.reset({ reason, cursor: this.#cursor });
  }

  get #isBehind(): boolean {
    return this.conflate === 'latest' && this.waiting > 1;
  }

  /** Of each subject the newest event, of those still to be sent. */
  #newestOfEach(): Map<string, RecordedEvent> {
    const newest = new Map<string, RecordedEvent>();
    for (let seq = this.#position + 1; seq <= this.buffer.last; seq += 1) {
      const event = this.buffer.get(seq)!; // as above
      if (this.filter.matches(event.row)) newest.set(event.subject, event);
    }
    return newest;
  }
}
