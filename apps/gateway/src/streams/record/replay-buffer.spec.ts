import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecordedEvent } from './recorded-event.js';
import { ReplayBuffer } from './replay-buffer.js';
import { parseCursor, startCursor } from './stream-cursor.js';

const FEED = 'replay-00000001';
const CONTEXT = { feed: FEED, source: 'replay' } as const;
const HOUR_MS = 3_600_000;

function event(seq: number, enteredAt = 0, text = String(seq)): RecordedEvent {
  const what = { type: 'price', instrument: 'BTC-USD', horizon: null, interval: '1h' } as const;
  return new RecordedEvent({ ...what, seq, data: JSON.stringify({ text }), enteredAt }, CONTEXT);
}
const run = (from: number, to: number): RecordedEvent[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => event(from + i));
const buffer = (events = 100, ageMs = HOUR_MS): ReplayBuffer =>
  new ReplayBuffer({ events, ageMs }, startCursor(FEED));

describe('the replay buffer', () => {
  it('lets a client go on after any event that it still holds, and says why where it cannot', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 40 }), fc.nat(80), (count, limit, asked) => {
        const replay = buffer(limit);
        replay.append(run(1, count), 0);
        const found = replay.resume(asked === 0 ? startCursor(FEED) : event(asked).id);
        const isKept = asked > count - limit && asked <= count;
        if (asked > count) expect(found).toEqual({ ahead: true });
        else if (isKept || (asked === 0 && count <= limit))
          expect(found).toMatchObject({ from: { seq: asked } });
        else expect(found).toEqual({ reset: 'too_old' });
      }),
    );
  });

  it('holds no more than its limit, and of what it holds none is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (sizes, limit) => {
          const replay = buffer(limit);
          for (const size of sizes) replay.append(run(replay.last + 1, replay.last + size), 0);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(replay.last).toBe(total);
          expect(replay.last - replay.first + 1).toBe(Math.min(total, limit));
          for (let seq = replay.first; seq <= replay.last; seq += 1)
            expect(replay.get(seq)?.row.seq).toBe(seq);
          expect(replay.head).toBe(total === 0 ? startCursor(FEED) : event(total).id);
        },
      ),
    );
  });

  it('forgets what is too old, but never where it stands', () => {
    const replay = buffer(100, HOUR_MS);
    replay.append([event(1, 0), event(2, HOUR_MS / 2)], HOUR_MS - 1);
    expect(replay.first).toBe(1);
    replay.append([event(3, HOUR_MS)], HOUR_MS + 1);
    expect(replay.first).toBe(2);
    replay.append([], 10 * HOUR_MS);
    expect([replay.first, replay.last, replay.head]).toEqual([3, 3, event(3).id]);
  });

  it('does not take an event of the same number for the same event', () => {
    const replay = buffer();
    replay.append(run(1, 5), 0);
    expect(replay.resume(event(3, 0, 'of another database').id)).toEqual({ reset: 'unknown' });
    expect(replay.resume(startCursor('another feed'))).toEqual({ reset: 'too_old' });
  });

  it.each(['', '3', '3-', 'latest', '-1-00000000', '3-0000000g', '9'.repeat(30), `3-${'0'.repeat(9)}`])(
    'calls %j unknown instead of failing: browsers send back whatever they have',
    (text) => {
      const replay = buffer();
      replay.append(run(1, 5), 0);
      expect(parseCursor(text)).toBeNull();
      expect(replay.resume(text)).toEqual({ reset: 'unknown' });
    },
  );

  it('refuses events that leave a hole', () => {
    const replay = buffer();
    replay.append(run(1, 2), 0);
    expect(() => replay.append([event(4)], 0)).toThrow(RangeError);
  });
});

describe('an event as bytes', () => {
  it('is one frame of a WebSocket whatever its length', () => {
    fc.assert(
      fc.property(fc.nat(70_000), (length) => {
        const frame = event(7, 0, 'x'.repeat(length)).ws('12');
        expect(frame[0]).toBe(0x81);
        const short = frame[1]!;
        const [size, head] =
          short < 126
            ? [short, 2]
            : short === 126
              ? [frame.readUInt16BE(2), 4]
              : [Number(frame.readBigUInt64BE(2)), 10];
        expect(frame.length - head).toBe(size);
        const message = JSON.parse(frame.subarray(head).toString()) as { event: { data: { text: string } } };
        expect(message.event.data.text).toHaveLength(length);
      }),
      { numRuns: 60 },
    );
  });

  it('is kept while it is new and goes to everybody, and not for ever, nor for everybody who differs', () => {
    const one = event(7);
    expect(one.sse).toBe(one.sse);
    expect(one.ws('1')).toBe(one.ws('1'));
    for (let i = 1; i <= 100; i += 1) one.ws(String(i));
    expect(one.ws('100')).not.toBe(one.ws('100'));
    one.dropFrames();
    expect(one.sse).not.toBe(one.sse);
    expect(one.sse).toEqual(event(7).sse);
  });

  it('holds no line break but those of the event stream', () => {
    const text = event(7, 0, 'a\nb\r\nc').sse.toString();
    expect(text.split('\n')).toHaveLength(5);
    expect(text).not.toContain('\r');
  });
});
