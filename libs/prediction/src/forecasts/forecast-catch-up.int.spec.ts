import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ForecastEntity } from '@btcforecast/database';
import type { EventOf } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import { openForecasting, type Forecasting } from '../../test/forecasting.js';
import {
  hourlyCandles,
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  type TestMarket,
} from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { forecastId } from './forecast-id.js';
import type { CatchUpReport } from './forecast-catch-up.service.js';
import { timelinessOf } from './timeliness.js';

/** The last hour of the shipped model's training span. */
const TRAINED_UNTIL = Date.UTC(2024, 5, 13);
const START = TRAINED_UNTIL - 4 * HOUR_MS;
const MINUTE_MS = 60_000;

let market: TestMarket;
let forecasting: Forecasting;
let history: Candle[];
let run = 0;
let feed: string;

const at = (hours: number) => START + hours * HOUR_MS;
/** Candles that close in (START + after, START + until]. */
const closing = (after: number, until: number) =>
  history.filter(({ openTime }) => openTime >= at(after) && openTime < at(until));
const setNow = (eventAt: number) => setFeed(market, { feed, venue: feed, eventAt });
const stored = () =>
  market.dataSource.getRepository(ForecastEntity).find({
    where: { feed },
    order: { originAt: 'ASC', horizonHours: 'ASC', canonical: 'DESC' },
  });

async function catchUp(reach: 'recent' | 'all' = 'all', service = forecasting.catchUp()) {
  const reports: CatchUpReport[] = [];
  const started = await service.run({ feed, instrument: INSTRUMENT, reach }, (report) => {
    reports.push(report);
  });
  return { started, reports };
}

beforeAll(async () => {
  market = await openMarket();
  forecasting = await openForecasting(market, new FeedSettings('replay', 'replay', 'test'));
  history = await hourlyCandles(START - 18_240 * HOUR_MS, START + 200 * HOUR_MS);
});
beforeEach(async () => {
  run += 1;
  feed = `replay-${String(run).padStart(8, '0')}`;
  // The second half of the window is enough, and quicker to write for each test.
  await insertHourly(market, feed, closing(-9_500, 0));
});
afterEach(async () => {
  // A later test starts from a clock that somebody watches.
  market.clock.advance(1_000);
});
afterAll(async () => {
  await forecasting?.models.onApplicationShutdown();
  await market?.close();
});

describe('ForecastCatchUp', () => {
  it('does nothing before market-data has written the feed’s row', async () => {
    expect(await catchUp()).toEqual({ started: false, reports: [] });
  });

  it('begins with the newest closed candle, not with the history', async () => {
    await setNow(at(0) + MINUTE_MS);
    expect((await catchUp()).started).toBe(true);
    const rows = await stored();
    expect(rows.map(({ originAt, horizonHours }) => [originAt.getTime(), horizonHours])).toEqual(
      [1, 4, 24, 168].map((hours) => [at(0), hours]),
    );
    expect(rows.every(({ canonical, timeliness }) => canonical && timeliness === 'on_time')).toBe(true);
    expect(rows.map(({ targetAt }) => targetAt.getTime())).toEqual([1, 4, 24, 168].map(at));
    expect(rows[0]).toMatchObject({ source: 'replay', region: 'test', modelName: 'har', modelVersion: 1 });
    expect(rows[0]!.runtime).toMatchObject({ onnxruntime: '1.30.0', node: process.version });
  });

  it('does not begin while the newest stored candle is an old one: history is still being loaded', async () => {
    await setNow(at(0) + 6 * HOUR_MS);
    expect(await catchUp()).toEqual({ started: false, reports: [] });
  });

  it('after an outage answers every missed origin and marks it by the event clock', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await insertHourly(market, feed, closing(0, 100));
    const now = at(100) + 10 * MINUTE_MS;
    await setNow(now);
    const { reports } = await catchUp();
    expect(reports.map(({ issued }) => issued.length)).toEqual([256, 144]);
    const rows = (await stored()).filter(({ originAt }) => originAt.getTime() > at(0));
    expect(rows).toHaveLength(400);
    expect(rows.every(({ issuedAt, canonical }) => canonical && issuedAt.getTime() === now)).toBe(true);
    const marks = (horizon: number) =>
      rows.filter(({ horizonHours }) => horizonHours === horizon).map(({ timeliness }) => timeliness);
    const expected = (horizon: number) =>
      Array.from({ length: 100 }, (_, i) => {
        const hoursAgo = 100 - (i + 1) + 10 / 60;
        if (hoursAgo >= horizon) return 'backfilled';
        return hoursAgo >= 1 ? 'late' : 'on_time';
      });
    for (const horizon of [1, 4, 24, 168]) expect(marks(horizon)).toEqual(expected(horizon));
    expect(await catchUp()).toEqual({ started: true, reports: [] });
  });

  it('marks origins up to the end of the training span as in sample, and none after it', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await insertHourly(market, feed, closing(0, 6));
    await setNow(at(6) + MINUTE_MS);
    await catchUp();
    const marks = (await stored())
      .filter(({ horizonHours }) => horizonHours === 1)
      .map(({ originAt, inSample }) => [(originAt.getTime() - TRAINED_UNTIL) / HOUR_MS, inSample]);
    expect(marks).toEqual([-4, -3, -2, -1, 0, 1, 2].map((hours) => [hours, hours <= 0]));
  });

  it('gives rows whose id anyone can compute again from what is stored', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    for (const row of await stored()) {
      expect(forecastId({ ...row, originAt: row.originAt.getTime() })).toBe(row.id);
      expect(row.timeliness).toBe(
        timelinessOf(row.issuedAt.getTime(), row.originAt.getTime(), row.horizonHours),
      );
    }
  });

  it('lets two processes catch up at once without doubling or changing anything', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await insertHourly(market, feed, closing(0, 20));
    await setNow(at(20) + MINUTE_MS);
    const both = await Promise.all([catchUp(), catchUp()]);
    const outcomes = both.flatMap(({ reports }) => reports.flatMap(({ issued }) => issued));
    expect(outcomes.filter(({ outcome }) => outcome === 'canonical')).toHaveLength(80);
    expect(outcomes.filter(({ outcome }) => outcome === 'variant')).toHaveLength(0);
    const rows = await stored();
    expect(rows).toHaveLength(84);
    expect(
      new Set(rows.map(({ originAt, horizonHours }) => `${originAt.getTime()} ${horizonHours}`)).size,
    ).toBe(84);
  });

  it('leaves an origin without candle alone, and answers it once the gap is repaired', async () => {
    await setNow(at(0) + MINUTE_MS);
    const service = forecasting.catchUp();
    await catchUp('all', service);
    const gap = closing(0, 5).filter(({ openTime }) => openTime === at(2));
    await insertHourly(
      market,
      feed,
      closing(0, 5).filter(({ openTime }) => openTime !== at(2)),
    );
    await setNow(at(5) + MINUTE_MS);
    await catchUp('recent', service);
    const origins = async () => [...new Set((await stored()).map(({ originAt }) => originAt.getTime()))];
    expect(await origins()).toEqual([0, 1, 2, 4, 5].map(at));
    const before = await stored();
    await insertHourly(market, feed, gap);
    await catchUp('all', service);
    expect(await origins()).toEqual([0, 1, 2, 3, 4, 5].map(at));
    const after = await stored();
    const repaired = after.filter(({ originAt }) => originAt.getTime() === at(3));
    expect(repaired.map(({ timeliness }) => timeliness)).toEqual(['backfilled', 'late', 'late', 'late']);
    expect(after.filter(({ originAt }) => originAt.getTime() !== at(3))).toEqual(before);
  });

  it('issues nothing while event time is unknown, so that nothing late looks on time', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await insertHourly(market, feed, closing(0, 3));
    market.clock.advance(31_000);
    await expect(catchUp()).rejects.toMatchObject({ kind: 'transient', code: 'market.clock_unknown' });
    expect(await stored()).toHaveLength(4);
  });

  it('looks only after what was complete when asked for the recent', async () => {
    await setNow(at(0) + MINUTE_MS);
    const service = forecasting.catchUp();
    await catchUp('all', service);
    await insertHourly(market, feed, closing(0, 2));
    await setNow(at(2) + MINUTE_MS);
    const { reports } = await catchUp('recent', service);
    expect(reports.flatMap(({ issued }) => issued)).toHaveLength(8);
    expect(await catchUp('recent', service)).toEqual({ started: true, reports: [] });
  });

  it('keeps an answer made from another venue after the first as a variant', async () => {
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await insertHourly(market, `${feed}-b`, closing(-9_500, 0));
    await setFeed(market, { feed, venue: `${feed}-b`, eventAt: at(0) + 2 * MINUTE_MS });
    const { issued } = await forecasting.issuer.issue(feed, INSTRUMENT, [at(0)]);
    expect(issued.map(({ outcome }) => outcome)).toEqual(['variant', 'variant', 'variant', 'variant']);
    const rows = await stored();
    expect(rows.filter(({ canonical }) => canonical).every(({ venue }) => venue === feed)).toBe(true);
    expect(rows).toHaveLength(8);
    expect(await catchUp()).toEqual({ started: true, reports: [] });
  });

  it('names an origin that fails once, goes on with the others, and answers it after the repair', async () => {
    await setNow(at(0) + MINUTE_MS);
    const service = forecasting.catchUp();
    await catchUp('all', service);
    const isolated = closing(86, 87); // only 83 of the 168 candles before it are there; 84 are needed
    await insertHourly(market, feed, [...closing(0, 1), ...isolated]);
    await setNow(at(87) + MINUTE_MS);
    const [report] = (await catchUp('all', service)).reports;
    expect(report!.issued.map(({ origin }) => origin)).toEqual([at(1), at(1), at(1), at(1)]);
    const [, failed] = (await catchUp('all', service)).reports;
    expect(failed).toBeUndefined(); // it is not tried again at once
    market.clock.advance(2_000);
    await setNow(at(87) + MINUTE_MS);
    const again = (await catchUp('all', service)).reports[0]!;
    expect(again.failures.map(({ origin }) => origin)).toEqual([at(87)]);
    expect(again.newFailures).toEqual([]);
    await insertHourly(market, feed, closing(1, 86));
    market.clock.advance(4_000);
    await setNow(at(87) + MINUTE_MS);
    await catchUp('all', service);
    expect(await stored()).toHaveLength(88 * 4);
  });

  it('announces what it has stored', async () => {
    const heard: EventOf<'forecast.issued'>[] = [];
    const subscription = market.events.subscribe('forecast.issued', (event) => {
      if (event.feed === feed) heard.push(event);
    });
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    await setNow(at(0) + MINUTE_MS);
    await catchUp();
    await waitFor(() => heard.length > 0, { deadlineMs: 5_000, what: 'forecast.issued' });
    subscription.unsubscribe();
    expect(heard).toEqual([
      {
        feed,
        instrument: INSTRUMENT,
        origin: at(0),
        horizons: ['1h', '4h', '24h', '168h'],
        modelVersion: 'har@1',
      },
    ]);
  });
});
