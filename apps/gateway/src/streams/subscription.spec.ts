import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@btcforecast/access';
import { HORIZONS, PERMISSIONS, STREAM_TYPES, type StreamReset } from '@btcforecast/contracts';
import fc from 'fast-check';
import { RecordedEvent } from './record/recorded-event.js';
import { ReplayBuffer } from './record/replay-buffer.js';
import { startCursor } from './record/stream-cursor.js';
import { StreamFilter, type StreamQuestion } from './stream-filter.js';
import { type Conflate, type EventSink, Subscription } from './subscription.js';

const FEED = 'demo';
const INSTRUMENTS = ['BTC-USD', 'ETH-USD', 'SOL-USD'];

function principal(changes: Partial<Principal> = {}): Principal {
  const who = { kind: 'key', id: 'abcdefabcdef', tenant: 'default', name: 'x', roles: [] } as const;
  return { ...who, permissions: new Set(PERMISSIONS), instruments: null, horizons: null, ...changes };
}

const anEvent = fc.record({
  type: fc.constantFrom(...STREAM_TYPES),
  instrument: fc.constantFrom(...INSTRUMENTS),
  horizon: fc.constantFrom(...HORIZONS),
  interval: fc.constantFrom('1m', '1h'),
});
const someOf = <T>(values: readonly T[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const aQuestion = fc.record({
  type: someOf(STREAM_TYPES),
  instrument: someOf(INSTRUMENTS),
  horizon: someOf(HORIZONS),
  interval: someOf(['1m', '1h']),
});

function recorded(shapes: readonly (typeof anEvent extends fc.Arbitrary<infer T> ? T : never)[], from = 1) {
  return shapes.map(({ type, instrument, horizon, interval }, i) => {
    const about = type === 'forecast' || type === 'outcome';
    const of = { horizon: about ? horizon : null, interval: about ? null : interval };
    const row = { seq: from + i, type, instrument, ...of, data: `{"n":${from + i}}`, enteredAt: 0 };
    return new RecordedEvent(row, { feed: FEED, source: 'demo' });
  });
}

/** A connection that takes so many events and then no more, until it is told to. */
class Sink implements EventSink {
  readonly got: RecordedEvent[] = [];
  readonly resets: StreamReset[] = [];
  room = Infinity;

  get writable(): boolean {
    return this.room > 0;
  }

  event(event: RecordedEvent): void {
    this.room -= 1;
    this.got.push(event);
  }

  reset(reset: StreamReset): void {
    this.resets.push(reset);
  }
}

function subscribed(conflate: Conflate, question: StreamQuestion = {}, limit = 1_000) {
  const buffer = new ReplayBuffer({ events: limit, ageMs: 1 }, startCursor(FEED));
  const sink = new Sink();
  const filter = StreamFilter.of(question, principal(), new Set());
  return {
    buffer,
    sink,
    filter,
    subscription: new Subscription(sink, buffer, filter, conflate, buffer.here),
  };
}

const steps = fc.array(
  fc.oneof(
    fc.array(anEvent, { maxLength: 6 }).map((events) => ({ events })),
    fc.integer({ min: 0, max: 8 }).map((room) => ({ room })),
  ),
  { maxLength: 30 },
);

describe('a subscription', () => {
  it('to all gives each event that was asked for once and in order, however its connection stalls', () => {
    fc.assert(
      fc.property(steps, aQuestion, (all, question) => {
        const { buffer, sink, filter, subscription } = subscribed('all', question);
        const told: RecordedEvent[] = [];
        for (const step of all) {
          if ('room' in step) sink.room = step.room;
          else {
            const events = recorded(step.events, buffer.last + 1);
            buffer.append(events, 0);
            told.push(...events);
          }
          subscription.pump();
        }
        sink.room = Infinity;
        subscription.pump();
        expect(sink.got).toEqual(told.filter(({ row }) => filter.matches(row)));
        expect(sink.resets).toEqual([]);
        expect(subscription.cursor).toBe(buffer.head);
      }),
    );
  });

  it('to the latest may leave out events, never the last word about anything, and keeps the order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { buffer, sink, subscription } = subscribed('latest');
        for (const step of all) {
          if ('room' in step) sink.room = step.room;
          else buffer.append(recorded(step.events, buffer.last + 1), 0);
          subscription.pump();
        }
        sink.room = Infinity;
        subscription.pump();
        const lastOf = (events: readonly RecordedEvent[]) =>
          new Map(events.map((event) => [event.subject, event.id]));
        const everything = Array.from({ length: buffer.last }, (_, i) => buffer.get(i + 1)!);
        expect(lastOf(sink.got)).toEqual(lastOf(everything));
        const seqs = sink.got.map(({ row }) => row.seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      }),
    );
  });

  it('to the latest gets every event while its connection keeps up', () => {
    const { buffer, sink, subscription } = subscribed('latest');
    for (let i = 1; i <= 5; i += 1) {
      buffer.append(
        recorded([{ type: 'price', instrument: 'BTC-USD', horizon: '1h', interval: '1h' }], i),
        0,
      );
      subscription.pump();
    }
    expect(sink.got).toHaveLength(5);
  });

  it('that fell out of the buffer is told so and goes on with what is new', () => {
    const price = { type: 'price', instrument: 'BTC-USD', horizon: '1h', interval: '1h' } as const;
    const { buffer, sink, subscription } = subscribed('all', {}, 3);
    sink.room = 0;
    for (let i = 1; i <= 10; i += 1) {
      buffer.append(recorded([price], i), 0);
      subscription.pump();
    }
    sink.room = Infinity;
    subscription.pump();
    expect(sink.resets).toEqual([{ reason: 'too_old', cursor: buffer.head }]);
    buffer.append(recorded([price], 11), 0);
    subscription.pump();
    expect(sink.got.map(({ row }) => row.seq)).toEqual([11]);
  });

  it('counts as slow only once it was up to date: who resumes is behind', () => {
    const price = { type: 'price', instrument: 'BTC-USD', horizon: '1h', interval: '1h' } as const;
    const buffer = new ReplayBuffer({ events: 100, ageMs: 1 }, startCursor(FEED));
    const begin = buffer.here;
    buffer.append(recorded(Array.from({ length: 50 }, () => price)), 0);
    const sink = new Sink();
    sink.room = 10;
    const filter = StreamFilter.of({}, principal(), new Set());
    const subscription = new Subscription(sink, buffer, filter, 'all', begin);
    subscription.pump();
    expect([subscription.lag, subscription.isLevel]).toEqual([0, false]);
    sink.room = 40;
    subscription.pump();
    expect([subscription.lag, subscription.isLevel]).toEqual([0, true]);
    buffer.append(recorded([price], 51), 0);
    sink.room = 0;
    subscription.pump();
    expect(subscription.lag).toBe(1);
  });
});

describe('the filter', () => {
  it('lets through what was asked for and may be seen, and nothing else', () => {
    const limits = fc.record({
      instruments: fc.option(fc.subarray(INSTRUMENTS), { nil: null }),
      horizons: fc.option(fc.subarray([...HORIZONS]), { nil: null }),
      permissions: fc.subarray(['market:read', 'forecasts:read'] as const, { minLength: 1 }),
    });
    const question = fc.record({ interval: someOf(['1m', '1h']) });
    fc.assert(
      fc.property(
        limits,
        question,
        fc.array(anEvent, { minLength: 10, maxLength: 10 }),
        (limit, asked, shapes) => {
          const who = principal({ ...limit, permissions: new Set(limit.permissions) });
          const filter = StreamFilter.of(asked, who, new Set());
          for (const { row } of recorded(shapes)) {
            const isForecast = row.horizon !== null;
            const allowed = [
              who.permissions.has(isForecast ? 'forecasts:read' : 'market:read'),
              limit.instruments?.includes(row.instrument) ?? true,
              row.horizon === null || (limit.horizons as string[] | null)?.includes(row.horizon) !== false,
              row.interval === null || asked.interval?.includes(row.interval) !== false,
            ].every(Boolean);
            expect(filter.matches(row)).toBe(allowed);
          }
        },
      ),
    );
  });

  it.each([
    [{ type: ['forecast'] }, { permissions: new Set(['market:read']) }, 'access.forbidden'],
    [{}, { permissions: new Set(['streams:read']) }, 'access.forbidden'],
    [{ instrument: ['ETH-USD'] }, { instruments: ['BTC-USD'] }, 'access.forbidden'],
    [{ horizon: ['24h'] }, { horizons: ['1h'] }, 'access.forbidden'],
    [{ instrument: ['XRP-USD'] }, {}, 'instrument.unknown'],
  ] as [StreamQuestion, Partial<Principal>, string][])('refuses %j of %j', (question, limits, code) => {
    const ask = () => StreamFilter.of(question, principal(limits), new Set(INSTRUMENTS));
    expect(ask).toThrow(expect.objectContaining({ kind: 'caller', code }));
  });
});
