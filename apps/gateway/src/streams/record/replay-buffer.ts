import type { StreamCursor, StreamReset } from '@btcforecast/contracts';
import type { RecordedEvent } from './recorded-event.js';
import { parseCursor, type Place } from './stream-cursor.js';

/** Bytes of so many newest events are kept beside their text. */
const WITH_FRAMES = 64;

/** Where a client that resumes goes on, or why it cannot. `ahead`: this gateway has not read so far yet. */
export type Resumption =
  { readonly from: Place } | { readonly reset: StreamReset['reason'] } | { readonly ahead: true };

export interface BufferLimits {
  readonly events: number;
  readonly ageMs: number;
}

/** The newest events of the record in memory, in their order and without holes, bounded by count and age. */
export class ReplayBuffer {
  #events: RecordedEvent[] = [];
  #last = 0;

  /** @param start id of the place before the first event */
  constructor(
    private readonly limits: BufferLimits,
    private readonly start: StreamCursor,
  ) {}

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Number of the oldest event that is kept; one more than `last` when none is. */
  get first(): number {
    return this.#last - this.#events.length + 1;
  }

  /** Id of the newest event. */
  get head(): StreamCursor {
    return this.get(this.#last)?.id ?? this.start;
  }

  /** Where whoever comes now begins. */
  get here(): Place {
    return { seq: this.#last, cursor: this.head };
  }

  get(seq: number): RecordedEvent | undefined {
    return this.#events[seq - this.first];
  }

  /** Takes the events that follow. @throws RangeError when they do not */
  append(events: readonly RecordedEvent[], nowMs: number): void {
    for (const event of events) {
      if (event.row.seq !== this.#last + 1)
        throw new RangeError(`event ${event.row.seq} after ${this.#last}`);
      this.#events.push(event);
      this.#last += 1;
      this.get(this.#last - WITH_FRAMES)?.dropFrames();
    }
    this.#trim(nowMs);
  }

  /** Begins anew with these events: what was kept before has nothing to do with them. */
  replace(events: readonly RecordedEvent[], nowMs: number): void {
    this.#events = [];
    this.#last = (events[0]?.row.seq ?? 1) - 1;
    this.append(events, nowMs);
  }

  /** Whether and where a client goes on that has got everything up to an event. */
  resume(lastEventId: string): Resumption {
    const place = parseCursor(lastEventId);
    if (!place) return { reset: 'unknown' };
    const { seq, cursor } = place;
    if (seq > this.#last) return { ahead: true };
    if (seq === 0 && cursor === this.start && this.first === 1) return { from: place };
    const event = this.get(seq);
    if (!event) return { reset: 'too_old' };
    return event.id === cursor ? { from: place } : { reset: 'unknown' };
  }

  /** The newest stays whatever its age: it is where everybody stands. */
  #trim(nowMs: number): void {
    const { events, ageMs } = this.limits;
    const young = this.#events.findIndex(({ row }) => nowMs - row.enteredAt < ageMs);
    const aged = young < 0 ? this.#events.length - 1 : young;
    const surplus = Math.max(this.#events.length - events, aged);
    if (surplus > 0) this.#events.splice(0, surplus);
  }
}
