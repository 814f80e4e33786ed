import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import {
  HORIZONS,
  NO_LIMITS,
  ForecastHistoryReply,
  ForecastsReply,
  ProbabilityReply,
  ScoredForecastReply,
} from '@btcforecast/contracts';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastRow, QUANTILES } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { DriftSignalRepository } from '../drift/drift-signal.repository.js';
import { FeedSettings } from '../feed-settings.js';
import { PerformanceRepository } from '../performance/performance.repository.js';
import { scoreForecast, voidScore } from '../scores/score-forecast.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { StandingRepository } from '../standing/standing.repository.js';
import { StandingService } from '../standing/standing.service.js';
import { ForecastQueries } from './forecast-queries.service.js';
import { ForecastRepository } from './forecast.repository.js';

const START = Date.UTC(2025, 0, 1);
const COUNT = 25;
const feed = 'demo';
const at = (hours: number) => START + hours * HOUR_MS;

let market: TestMarket;
let forecasts: ForecastRepository;
let scores: ScoreRepository;
let queries: ForecastQueries;

beforeAll(async () => {
  market = await openMarket();
  forecasts = new ForecastRepository(market.dataSource);
  scores = new ScoreRepository(market.dataSource);
  const settings = new FeedSettings(feed, 'demo', 'test');
  const { dataSource, clock } = market;
  const standings = new StandingService(
    new StandingRepository(dataSource),
    new PerformanceRepository(dataSource),
    new DriftSignalRepository(dataSource),
    new MarketClockReader(new MarketFeedReader(dataSource), clock),
    clock,
    settings,
  );
  queries = new ForecastQueries(forecasts, scores, dataSource, settings, standings);
  const rows = Array.from({ length: COUNT }, (_, i) =>
    forecastRow({ feed, source: 'demo', origin: at(i), price: 200 }),
  );
  await forecasts.store(rows);
  await forecasts.store([forecastRow({ feed, source: 'demo', origin: at(COUNT - 1), venue: 'other' })]);
  await forecasts.store([forecastRow({ feed: 'live', origin: at(COUNT + 5) })]);
  await scores.store([scoreForecast(rows[0]!, 202), voidScore(rows[1]!.id, at(1_000))]);
});
afterAll(() => market?.close());

const history = (over: Partial<Parameters<ForecastQueries['history']>[0]> = {}) =>
  queries.history({ instrument: INSTRUMENT, horizon: '1h', limit: 10, ...over });

describe('ForecastQueries', () => {
  it('answers the newest canonical forecast of the feed in prices', async () => {
    const reply = ForecastsReply.parse(await queries.latest({ instrument: INSTRUMENT, horizons: ['1h'] }));
    expect(reply.source).toBe('demo');
    expect(reply.data[0]).toMatchObject({ horizon: '1h', canonical: true, venue: 'test-venue', price: 200 });
    expect(reply.data[0]!.origin).toBe(new Date(at(COUNT - 1)).toISOString());
    expect(Object.values(reply.data[0]!.quantiles)).toEqual(QUANTILES.map((q) => 200 * Math.exp(q)));
  });

  it('gives the standing with it, and further levels only when they are asked for', async () => {
    const plain = await queries.latest({ instrument: INSTRUMENT, horizons: ['1h'] });
    expect(plain.data[0]!.standing).toMatchObject({ grade: 'cold_start', coverage: { n: 1 } });
    expect(plain.data[0]).not.toHaveProperty('levels');
    const levels = [0.01, 0.05, 0.3, 0.5, 0.99];
    const asked = ForecastsReply.parse(
      await queries.latest({ instrument: INSTRUMENT, horizons: ['1h'], levels }),
    );
    const found = asked.data[0]!.levels!;
    expect(found.map(({ level }) => level)).toEqual(levels);
    expect(found.map(({ from }) => from)).toEqual([
      'extrapolated',
      'head',
      'interpolated',
      'head',
      'extrapolated',
    ]);
    expect(found[1]!.price).toBe(asked.data[0]!.quantiles['0.05']);
    expect(found[3]!.price).toBe(asked.data[0]!.quantiles['0.5']);
    const prices = found.map(({ price }) => price);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  });

  it('answers the probability of an event from the newest forecast', async () => {
    const of = async (kind: 'above' | 'below' | 'between', low: number | null, high: number | null) =>
      ProbabilityReply.parse(
        await queries.probability({ instrument: INSTRUMENT, horizon: '1h', kind, low, high }),
      );
    const above = await of('above', 203, null);
    const below = await of('below', null, 203);
    const [newest] = (await queries.latest({ instrument: INSTRUMENT, horizons: ['1h'] })).data;
    expect(above).toMatchObject({
      forecastId: newest!.id,
      origin: newest!.origin,
      event: { kind: 'above', low: 203, high: null },
      method: 'interpolated',
      model: { name: 'har', version: 1 },
    });
    expect(above.probability + below.probability).toBeCloseTo(1, 12);
    const between = await of('between', 190, 203);
    expect(between.method).toBe('extrapolated');
    expect(between.probability).toBeLessThan(below.probability);
    const missing = queries.probability({
      instrument: INSTRUMENT,
      horizon: '24h',
      kind: 'above',
      low: 1,
      high: null,
    });
    await expect(missing).rejects.toMatchObject({ code: 'forecast.none_yet' });
  });

  it('says that a horizon has no forecast yet, and that waiting helps', async () => {
    await expect(queries.latest({ instrument: INSTRUMENT, horizons: ['1h', '24h'] })).rejects.toMatchObject({
      kind: 'transient',
      code: 'forecast.none_yet',
      message: expect.stringContaining('24h'),
    });
  });

  it('says that an instrument is unknown, and that waiting does not help', async () => {
    const unknown = { kind: 'caller', code: 'instrument.unknown' };
    await expect(queries.latest({ instrument: 'ETH-USD', horizons: ['1h'] })).rejects.toMatchObject(unknown);
    await expect(history({ instrument: 'ETH-USD' })).rejects.toMatchObject(unknown);
  });

  it('pages through the history newest first, each canonical forecast once', async () => {
    const origins: string[] = [];
    let cursor: string | undefined;
    const sizes: number[] = [];
    do {
      const page = ForecastHistoryReply.parse(await history({ cursor }));
      origins.push(...page.data.map(({ origin }) => origin));
      sizes.push(page.data.length);
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(sizes).toEqual([10, 10, 5]);
    expect(origins).toEqual(
      Array.from({ length: COUNT }, (_, i) => new Date(at(COUNT - 1 - i)).toISOString()),
    );
  });

  it('ends without a cursor when the last page is exactly full', async () => {
    await expect(history({ limit: COUNT })).resolves.toMatchObject({ next: null });
  });

  it('keeps to [from, to) of the origins, with a cursor too', async () => {
    const range = { from: at(3), to: at(7), limit: 3 };
    const first = await history(range);
    const second = await history({ ...range, cursor: first.next! });
    expect([...first.data, ...second.data].map(({ origin }) => Date.parse(origin))).toEqual(
      [6, 5, 4, 3].map(at),
    );
    expect(second.next).toBeNull();
  });

  it('shows what became of a forecast: scored, void, or not yet known', async () => {
    const { data } = await history({ to: at(3) });
    const [pending, gone, scored] = data;
    expect(pending!.outcome).toBeNull();
    expect(gone!.outcome).toEqual({
      state: 'void',
      close: null,
      logReturn: null,
      pinball: null,
      crps: null,
      covered: null,
      directionHit: null,
    });
    expect(scored!.outcome).toMatchObject({ state: 'matured', close: 202, directionHit: true });
    expect(scored!.outcome!.logReturn).toBeCloseTo(Math.log(202 / 200), 15);
    expect(scored!.outcome!.pinball).toBeGreaterThan(1); // times 10,000
  });

  it('refuses a hostile cursor and touches nothing', async () => {
    const cursors = ["'; DROP TABLE forecasts; --", '../../etc/passwd', '', '0x10', '-5', 'zzzzzzzzzzzzzz'];
    for (const cursor of cursors) {
      await expect(history({ cursor })).rejects.toMatchObject({ code: 'request.cursor_invalid' });
    }
    await expect(history()).resolves.toMatchObject({ data: { length: 10 } });
  });

  it('finds a forecast by its id, and refuses an id that no forecast has', async () => {
    const [newest] = (await history({ limit: 1 })).data;
    const found = ScoredForecastReply.parse(await queries.byId(newest!.id, NO_LIMITS));
    expect(found).toEqual(newest);
    const { instrument, horizon } = found;
    const within = { instruments: [instrument, 'XRP-USD'], horizons: [horizon] };
    await expect(queries.byId(found.id, within)).resolves.toEqual(found);
    const other = HORIZONS.find((each) => each !== horizon)!;
    for (const limits of [
      { ...within, instruments: ['XRP-USD'] },
      { ...within, horizons: [other] },
    ]) {
      const hidden = { code: 'forecast.not_found', message: `no forecast has the id ${found.id}; check it` };
      await expect(queries.byId(found.id, limits)).rejects.toMatchObject(hidden);
    }
    await expect(queries.byId('0'.repeat(64), NO_LIMITS)).rejects.toMatchObject({
      kind: 'caller',
      code: 'forecast.not_found',
    });
  });
});
