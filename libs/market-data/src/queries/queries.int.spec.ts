import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CandlesReply, InstrumentsReply, type Interval } from '@btcforecast/contracts';
import { ManualClock } from '@btcforecast/platform';
import { HOUR_MS, MINUTE_MS, resample, type Candle } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { CandleWriter } from '../candles/candle-writer.js';
import { IngestSettings } from '../ingest/ingest-settings.js';
import { MarketFeedRepository } from '../ingest/market-feed.repository.js';
import { INSTRUMENT, openRig, type Assembled, type Rig } from '../market-data.fixture.js';
import { walk } from '../walk.fixture.js';
import type { CandleListRequest } from './candle-queries.service.js';

const T0 = Date.UTC(2025, 0, 1);
const FEED = 'replay-0badcafe';
const HOURS = walk('1h', T0, 240);
const MISSING = [50, 51];
const NOW = T0 + 240 * HOUR_MS + 600_000;
const clock = new ManualClock(NOW);

let rig: Rig;
let marketData: Assembled;
let feeds: MarketFeedRepository;

beforeAll(async () => {
  rig = await openRig();
  marketData = rig.assemble({
    venues: new Map([[FEED, () => Promise.reject(new Error('never asked'))]]),
    feed: FEED,
    source: 'replay',
    clock,
    works: false,
  });
  feeds = new MarketFeedRepository(
    rig.dataSource,
    new IngestSettings({ feed: FEED, source: 'replay', instrument: INSTRUMENT }),
  );
});
afterAll(() => rig.close());

const store = (interval: Interval, candles: readonly Candle[]) =>
  new CandleWriter(rig.dataSource).write({
    instrument: INSTRUMENT,
    venue: FEED,
    interval,
    provenance: 'fetched',
    candles,
    nowMs: NOW,
  });
const list = (request: Partial<CandleListRequest> = {}) =>
  marketData.queries.read(({ candles }) =>
    candles.list({ instrument: INSTRUMENT, interval: '1h', limit: 500, ...request }),
  );
const times = ({ data }: CandlesReply) => data.map(({ openTime }) => (Date.parse(openTime) - T0) / HOUR_MS);

describe('before a venue is in use', () => {
  it('lists the instrument without a venue, and says for its candles that it is too early', async () => {
    const { data } = InstrumentsReply.parse(
      await marketData.queries.read(({ instruments }) => instruments.list()),
    );
    expect(data).toMatchObject([
      { id: INSTRUMENT, base: 'BTC', quote: 'USD', lastCandleAt: null, marketTime: null, intervals: [] },
    ]);
    await expect(list()).rejects.toMatchObject({ kind: 'transient', code: 'market.venue_unavailable' });
  });
});

describe('the list of candles', () => {
  beforeAll(async () => {
    await store(
      '1h',
      HOURS.filter((_candle, i) => !MISSING.includes(i)),
    );
    await marketData.gaps.open({ instrument: INSTRUMENT, venue: FEED, interval: '1h' }, [
      { from: T0 + 50 * HOUR_MS, to: T0 + 52 * HOUR_MS },
    ]);
    await feeds.write(FEED, '1h', { nowMs: NOW, speed: 3_600, observedAt: clock.now() });
  });

  it('gives the newest candles, oldest first, when nothing is asked for', async () => {
    const reply = CandlesReply.parse(await list({ limit: 3 }));
    expect(times(reply)).toEqual([237, 238, 239]);
    expect(reply).toMatchObject({
      instrument: INSTRUMENT,
      interval: '1h',
      venue: FEED,
      source: 'replay',
      gaps: [],
      next: null,
    });
    expect(reply.data[2]).toEqual({
      ...HOURS[239],
      openTime: '2025-01-10T23:00:00.000Z',
      closeTime: '2025-01-11T00:00:00.000Z',
    });
  });

  it('pages through a range without losing or repeating a candle, whatever the page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -20, max: 250 }),
        fc.integer({ min: -20, max: 250 }),
        fc.integer({ min: 1, max: 90 }),
        async (from, to, limit) => {
          const range = { from: T0 + from * HOUR_MS + 1, to: T0 + to * HOUR_MS };
          const seen: number[] = [];
          let cursor: string | null | undefined;
          for (let pages = 0; cursor !== null && pages < 300; pages++) {
            const reply: CandlesReply = await list({ ...range, limit, ...(cursor ? { cursor } : {}) });
            expect(reply.data.length).toBeLessThanOrEqual(limit);
            seen.push(...times(reply));
            cursor = reply.next;
          }
          const wanted = HOURS.map((_candle, i) => i).filter(
            (i) => i > from && i < to && !MISSING.includes(i),
          );
          expect(seen).toEqual(wanted);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('names the missing ranges inside the page, cut to the page', async () => {
    const reply = await list({ from: T0 + 51 * HOUR_MS, to: T0 + 60 * HOUR_MS });
    expect(reply.gaps).toEqual([
      { from: '2025-01-03T03:00:00.000Z', to: '2025-01-03T04:00:00.000Z', state: 'open' },
    ]);
    const coarse = await list({ interval: '4h', from: T0 + 48 * HOUR_MS, to: T0 + 56 * HOUR_MS });
    expect(times(coarse)).toEqual([52]);
    expect(coarse.gaps).toHaveLength(1);
  });

  it('puts coarser candles together where they are not stored, and prefers those that are', async () => {
    const days = resample(HOURS, '1h', '1d');
    await store('1d', [{ ...days[4]!, close: days[4]!.high }]);
    const reply = await list({ interval: '1d', from: T0 + 3 * 24 * HOUR_MS, to: T0 + 6 * 24 * HOUR_MS });
    expect(reply.data.map(({ close }) => close)).toEqual([days[3]!.close, days[4]!.high, days[5]!.close]);
  });

  it('shows nothing that has not closed, even when asked for the future', async () => {
    expect(times(await list({ from: T0 + 238 * HOUR_MS, to: T0 + 999 * HOUR_MS }))).toEqual([238, 239]);
  });

  it('refuses an unknown instrument, an interval finer than the feed, and cursors of others', async () => {
    await expect(list({ instrument: 'ETH-USD' })).rejects.toMatchObject({
      kind: 'caller',
      code: 'instrument.unknown',
    });
    await expect(list({ interval: '5m' })).rejects.toMatchObject({
      code: 'candle.interval_not_served',
      details: { served: '1h, 4h, 1d' },
    });
    const { next } = await list({ from: T0 + HOUR_MS, limit: 1 });
    await expect(list({ interval: '1d', cursor: next! })).rejects.toMatchObject({
      code: 'request.cursor_invalid',
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (cursor) => {
        await expect(list({ cursor })).rejects.toMatchObject({
          kind: 'caller',
          code: 'request.cursor_invalid',
        });
      }),
      { numRuns: 50 },
    );
  });

  it('goes on with the last known time when nobody has observed the clock for a while', async () => {
    clock.advance(60_000);
    expect(times(await list({ limit: 1 }))).toEqual([239]);
    const { data } = await marketData.queries.read(({ instruments }) => instruments.list());
    expect(data[0]).toMatchObject({
      venue: FEED,
      openGaps: 1,
      marketTime: null,
      lastCandleAt: '2025-01-11T00:00:00.000Z',
    });
    clock.set(NOW);
  });

  it('puts five minutes together from minutes when those are the finest', async () => {
    const minutes = walk('1m', T0 + 239 * HOUR_MS, 60);
    await store('1m', minutes);
    await feeds.write(FEED, '1m', { nowMs: NOW, speed: 1, observedAt: clock.now() });
    const reply = await list({ interval: '5m', limit: 4, to: T0 + 240 * HOUR_MS });
    expect(reply.data.map(({ close }) => close)).toEqual(
      resample(minutes, '1m', '5m')
        .slice(8)
        .map(({ close }) => close),
    );
    const one = await list({ interval: '1m', from: T0 + 239 * HOUR_MS, limit: 1 });
    expect(Date.parse(one.data[0]!.closeTime) - Date.parse(one.data[0]!.openTime)).toBe(MINUTE_MS);
    const { data } = InstrumentsReply.parse(
      await marketData.queries.read(({ instruments }) => instruments.list()),
    );
    expect(data[0]).toMatchObject({
      intervals: ['1m', '5m', '15m', '1h', '4h', '1d'],
      marketTime: new Date(NOW).toISOString(),
    });
  });
});
