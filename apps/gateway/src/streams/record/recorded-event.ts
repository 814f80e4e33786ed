import type { Source, StreamCursor, StreamType } from '@btcforecast/contracts';
import { cursorOf } from './stream-cursor.js';

/** A row of the record. */
export interface EventRow {
  readonly seq: number;
  readonly type: StreamType;
  readonly instrument: string;
  readonly horizon: string | null;
  readonly interval: string | null;
  /** JSON as it is sent. */
  readonly data: string;
  /** Wall time, ms. */
  readonly enteredAt: number;
}

/** Nearly all subscriptions are the first ones of their connections, and share a frame. Who has many shares less. */
const MOST_FRAMES = 16;

/** An event of the record as it goes out: serialised once, whoever gets it. */
export class RecordedEvent {
  readonly id: StreamCursor;
  /** Of events that say the same of the same thing, the newest is enough for some clients. */
  readonly subject: string;
  readonly #json: string;
  #frames: Map<string, Buffer> | undefined = new Map();

  constructor(
    readonly row: EventRow,
    { feed, source }: { readonly feed: string; readonly source: Source },
  ) {
    const { seq, type, instrument, horizon, interval, data, enteredAt } = row;
    this.id = cursorOf(feed, seq, data);
    this.subject = `${type} ${instrument} ${horizon ?? interval}`;
    const at = new Date(enteredAt).toISOString();
    const of = horizon === null ? `"interval":"${interval}"` : `"horizon":"${horizon}"`;
    this.#json = `{"id":"${this.id}","type":"${type}","instrument":"${instrument}",${of},"source":"${source}","at":"${at}","data":${data}}`;
  }

  /** As an event of an event stream, WHATWG HTML, 9.2. */
  get sse(): Buffer {
    return this.#frame('', () =>
      Buffer.from(`id: ${this.id}\nevent: ${this.row.type}\ndata: ${this.#json}\n\n`),
    );
  }

  /** As a whole frame of a WebSocket, a message to the subscription of that name. */
  ws(subscription: string): Buffer {
    return this.#frame(subscription, () => {
      return textFrame(`{"type":"event","subscription":"${subscription}","event":${this.#json}}`);
    });
  }

  /** Bytes are kept while an event is new and goes to everybody; who resumes later has them made again. */
  dropFrames(): void {
    this.#frames = undefined;
  }

  #frame(name: string, make: () => Buffer): Buffer {
    const known = this.#frames?.get(name);
    if (known) return known;
    const frame = make();
    if (this.#frames && this.#frames.size < MOST_FRAMES) this.#frames.set(name, frame);
    return frame;
  }
}

const FINAL_TEXT = 0x81;
/** Up to here the length stands in the second byte; up to the next it takes two bytes more, beyond that eight. */
const SHORT = 125;
const MEDIUM = 0xffff;

/**
 * A text message as one frame from a server: not masked, not compressed, RFC 6455, section 5.2. Made here because the
 * library would make it anew for each client.
 */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length <= SHORT) return Buffer.concat([Buffer.from([FINAL_TEXT, length]), payload]);
  const head = Buffer.alloc(length <= MEDIUM ? 4 : 10);
  head[0] = FINAL_TEXT;
  head[1] = length <= MEDIUM ? 126 : 127;
  if (length <= MEDIUM) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}
