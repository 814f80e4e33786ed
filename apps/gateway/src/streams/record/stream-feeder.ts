import { type EventName, type Source, STREAM_TYPES, type StreamType } from '@btcforecast/contracts';
import {
  AppError,
  type Clock,
  type EventBus,
  type Logger,
  SerialRunner,
  type Subscription,
} from '@btcforecast/platform';
import type { StreamMetrics } from '../stream-metrics.js';
import type { LookBack } from './news.reader.js';
import type { Edition, NewsDesk } from './news-desk.js';
import { RecordedEvent } from './recorded-event.js';
import type { BufferLimits, ReplayBuffer, Resumption } from './replay-buffer.js';
import type { StreamRecord } from './stream-record.js';

export interface StreamFeederParts {
  readonly record: StreamRecord;
  readonly desk: NewsDesk;
  readonly buffer: ReplayBuffer;
  readonly limits: BufferLimits;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  readonly source: Source;
}

/** What streams are told. */
export interface StreamListener {
  /** The buffer has grown; resolves when everybody who keeps up has been told. */
  onEvents(): Promise<void>;
  /** The buffer holds another sequence than before: nothing that was sent has to do with it. */
  onReplaced(): void;
}

/** What to look for when such an event between services comes. */
const HINTS = {
  'candle.closed': 'price',
  'forecast.issued': 'forecast',
  'forecast.matured': 'outcome',
  'gap.opened': 'gap',
  'gap.closed': 'gap',
} as const satisfies Partial<Record<EventName, StreamType>>;
/** A hint that was lost makes an event this much later. */
const LOOK_EVERY_MS = 5_000;
/** Longer than any transaction that records something takes. */
const USUAL: LookBack = { seconds: 60, candles: 120 };
const FAR_CANDLES = 1_500;
const LOOK_FAR_EVERY_MS = 10 * 60_000;
const TRIM_EVERY_MS = 60_000;
/** Much less than the buffer holds: who keeps up has been told of one page before the next pushes it out. */
const PAGE = 500;

/**
 * Keeps the record and the buffer of this process up to date. Events between services only say when to look: what has
 * happened is read from the database, so a lost one costs seconds and nothing else.
 */
export class StreamFeeder {
  readonly #runner = new SerialRunner(() => this.#quietly());
  #subscriptions: Subscription[] = [];
  /** What to look for next time. */
  #wanted = new Set<StreamType>();
  #timer: NodeJS.Timeout | undefined;
  #lookedFarAt = -Infinity;
  #trimmedAt = -Infinity;
  #markets: ReadonlySet<string> = new Set();
  #loaded = false;
  /** Whether the last look failed. */
  #isBlind = false;
  #listener: StreamListener | undefined;

  constructor(private readonly parts: StreamFeederParts) {}

  /** Instruments of which there can be events; none before their market is known. */
  get markets(): ReadonlySet<string> {
    return this.#markets;
  }

  /** Whether the buffer holds what the record holds: before that nobody can be told where a stream begins. */
  get loaded(): boolean {
    return this.#loaded;
  }

  start(listener: StreamListener): void {
    const { events } = this.parts;
    this.#listener = listener;
    const names = Object.keys(HINTS) as (keyof typeof HINTS)[];
    this.#subscriptions = [
      ...names.map((name) =>
        events.subscribe(name, ({ feed, instrument }) => {
          if (feed !== this.#feed) return;
          if (!this.#markets.has(instrument)) return void this.look();
          this.#wanted.add(HINTS[name]);
          void this.#runner.trigger();
        }),
      ),
      events.onConnect(() => {
        this.#lookedFarAt = -Infinity;
        void this.look();
      }),
    ];
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    void this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await this.#runner.stop();
  }

  /** Looks for everything, now. Never rejects. */
  look(): Promise<void> {
    for (const type of STREAM_TYPES) this.#wanted.add(type);
    return this.#runner.trigger();
  }

  /**
   * Where a client goes on. One that has been told more by another gateway makes this one read on first.
   *
   * @throws AppError transient database.unavailable when that cannot be read: it may have missed nothing
   */
  async resume(lastEventId: string): Promise<Exclude<Resumption, { ahead: true }>> {
    let found = this.parts.buffer.resume(lastEventId);
    if ('ahead' in found) {
      await this.look();
      found = this.parts.buffer.resume(lastEventId);
    }
    if (!('ahead' in found)) return found;
    if (this.#isBlind) throw unreadable();
    return { reset: 'unknown' };
  }

  async #quietly(): Promise<void> {
    try {
      await this.#look();
      this.#isBlind = false;
    } catch (error) {
      this.#isBlind = true;
      this.#lookedFarAt = -Infinity;
      this.parts.logger.warn({ err: error }, 'streams are behind: what happened could not be read');
    }
  }

  async #look(): Promise<void> {
    const { record, clock, limits } = this.parts;
    const kinds = this.#wanted;
    this.#wanted = new Set();
    if (!this.#loaded) await this.#readOn(); // first what is known: news may take a while
    const everything = kinds.size === STREAM_TYPES.length;
    if (everything) this.#markets = new Set(await record.markets());
    const now = clock.now();
    const far = everything && now - this.#lookedFarAt >= LOOK_FAR_EVERY_MS;
    const back = far ? { seconds: limits.ageMs / 1_000, candles: FAR_CANDLES } : USUAL;
    for (let more = true; more;) {
      const edition = await this.#edition(back, kinds);
      await record.enter(edition.events);
      await this.#readOn();
      more = edition.more && edition.events.length > 0;
    }
    if (far) this.#lookedFarAt = now;
    if (now - this.#trimmedAt < TRIM_EVERY_MS) return;
    await record.trim(limits);
    this.#trimmedAt = now;
  }

  /** Many candles at once are those of an outage: more of them may lie further back, and the older come first. */
  async #edition(back: LookBack, kinds: ReadonlySet<StreamType>): Promise<Edition> {
    const edition = await this.parts.desk.look(back, kinds);
    const prices = edition.events.filter(({ type }) => type === 'price').length;
    if (back.candles >= FAR_CANDLES || prices < USUAL.candles) return edition;
    return this.parts.desk.look({ ...back, candles: FAR_CANDLES }, kinds);
  }

  /** Reads what has been entered since, here or by another gateway. */
  async #readOn(): Promise<void> {
    const { record, buffer, clock, metrics } = this.parts;
    if (!this.#loaded) return this.#reload();
    for (;;) {
      const rows = await record.list(Math.max(1, buffer.last), PAGE);
      const events = this.#recorded(rows);
      if (!followsOn(buffer, events)) return this.#reload();
      const fresh = events.filter(({ row }) => row.seq > buffer.last);
      if (fresh.length > 0) {
        buffer.append(fresh, clock.now());
        metrics.entered(fresh, clock.now());
        await this.#listener?.onEvents();
      }
      if (rows.length < PAGE) return;
    }
  }

  async #reload(): Promise<void> {
    const { record, buffer, clock, limits } = this.parts;
    const newest = await record.newest();
    const rows = await record.list(Math.max(1, newest - limits.events + 1), limits.events + PAGE);
    const replaced = this.#loaded;
    buffer.replace(this.#recorded(rows), clock.now());
    this.#loaded = true;
    if (replaced) this.#listener?.onReplaced();
  }

  #recorded(rows: Awaited<ReturnType<StreamRecord['list']>>): RecordedEvent[] {
    const context = { feed: this.#feed, source: this.parts.source };
    return rows.map((row) => new RecordedEvent(row, context));
  }

  get #feed(): string {
    return this.parts.record.feed;
  }
}

/** What the record holds cannot be said at the moment. */
export function unreadable(): AppError {
  const message = 'what streams have told cannot be read from the database at the moment; try again';
  return new AppError('transient', 'database.unavailable', message);
}

/**
 * Whether what was read, from the newest event in the buffer on, goes on from there. Not so after a backup was restored,
 * nor after so long a pause that what came between has been deleted.
 */
function followsOn(buffer: ReplayBuffer, [first]: readonly RecordedEvent[]): boolean {
  if (buffer.last === 0) return first === undefined || first.row.seq === 1;
  return first?.id === buffer.head;
}
