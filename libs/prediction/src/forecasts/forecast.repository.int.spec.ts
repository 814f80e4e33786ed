import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastRow } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { ForecastRepository } from './forecast.repository.js';

let market: TestMarket;
let repository: ForecastRepository;
let hour = 0;
/** An origin that no other test uses. */
const nextOrigin = () => Date.UTC(2025, 0, 1) + hour++ * HOUR_MS;

beforeAll(async () => {
  market = await openMarket();
  repository = new ForecastRepository(market.dataSource);
});
afterAll(() => market?.close());

describe('ForecastRepository', () => {
  it('gives back every double exactly as it was stored', async () => {
    const origin = nextOrigin();
    const logReturnQuantiles = [-1 / 3, -0.1 - 0.2, -Number.MIN_VALUE, 0, 1e-300, Math.LN2, Math.PI];
    const row = forecastRow({
      origin,
      logReturnQuantiles,
      features: [1 / 3, 5e-324, -1.7976931348623157e308],
    });
    await expect(repository.store([row])).resolves.toEqual(['canonical']);
    const stored = await repository.findById(row.id);
    expect(stored).toMatchObject(row);
    expect(stored?.canonical).toBe(true);
  });

  it('shows no forecast from ahead of the clock of a replay that was begun again earlier', async () => {
    const feed = { feed: 'replay-00000000', source: 'replay' } as const;
    const [past, ahead] = [nextOrigin(), nextOrigin()];
    for (const origin of [past, ahead])
      await repository.store([forecastRow({ ...feed, origin, venue: feed.feed })]);
    await market.dataSource.query(
      `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
       VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)`,
      [feed.feed, INSTRUMENT, new Date(ahead - 1)],
    );
    const newest = async () =>
      (await repository.listLatest(feed.feed, INSTRUMENT, [1]))[0]?.originAt.getTime();
    expect(await newest()).toBe(past);
    await market.dataSource.query('UPDATE market_feeds SET event_at = $2 WHERE feed = $1', [
      feed.feed,
      new Date(ahead),
    ]);
    expect(await newest()).toBe(ahead);
  });

  it('refuses to change or delete a forecast, whoever asks', async () => {
    const row = forecastRow({ origin: nextOrigin() });
    await repository.store([row]);
    const attempts = [
      `UPDATE forecasts SET price = price + 1 WHERE id = '${row.id}'`,
      `UPDATE forecasts SET canonical = false WHERE id = '${row.id}'`,
      `DELETE FROM forecasts WHERE id = '${row.id}'`,
      'TRUNCATE forecasts CASCADE',
    ];
    for (const sql of attempts) {
      await expect(market.dataSource.query(sql)).rejects.toThrow(/immutable/);
    }
    await expect(repository.findById(row.id)).resolves.toMatchObject(row);
  });

  it('knows a forecast that is stored twice, and keeps the first row', async () => {
    const origin = nextOrigin();
    const row = forecastRow({ origin });
    await repository.store([row]);
    const again = { ...row, issuedAt: new Date(origin + 2_000), region: 'elsewhere' };
    await expect(repository.store([again])).resolves.toEqual(['known']);
    await expect(repository.findById(row.id)).resolves.toMatchObject({ region: 'test', canonical: true });
  });

  it('keeps a second forecast of one origin as a variant, and again as known', async () => {
    const origin = nextOrigin();
    const first = forecastRow({ origin, venue: 'first-venue' });
    const second = forecastRow({ origin, venue: 'second-venue' });
    expect(await repository.store([first])).toEqual(['canonical']);
    expect(await repository.store([second])).toEqual(['variant']);
    expect(await repository.store([second])).toEqual(['known']);
    await expect(repository.findById(second.id)).resolves.toMatchObject({ canonical: false });
  });

  it('lets any number of issuers at once make one canonical row of each horizon', async () => {
    const origins = [nextOrigin(), nextOrigin(), nextOrigin()];
    const batch = (venue: string) =>
      origins.flatMap((origin) =>
        [1, 4, 24, 168].map((horizonHours) => forecastRow({ origin, horizonHours, venue })),
      );
    const venues = ['a-venue', 'a-venue', 'b-venue', 'b-venue'];
    const outcomes = await Promise.all(
      venues.map((venue, i) => repository.store(i % 2 ? batch(venue) : batch(venue).reverse())),
    );
    expect(outcomes.flat().filter((outcome) => outcome === 'canonical')).toHaveLength(12);
    expect(outcomes.flat().filter((outcome) => outcome === 'variant')).toHaveLength(12);
    expect(outcomes.flat().filter((outcome) => outcome === 'known')).toHaveLength(24);
    const counts = await market.dataSource.query<{ n: number; venues: number }[]>(
      `SELECT count(*)::int AS n, count(DISTINCT venue)::int AS venues FROM forecasts
       WHERE canonical AND origin_at = ANY($1) GROUP BY origin_at, horizon_hours`,
      [origins.map((origin) => new Date(origin))],
    );
    expect(counts).toEqual(Array.from({ length: 12 }, () => ({ n: 1, venues: 1 })));
  });

  it('stores all rows of a call or none', async () => {
    const origin = nextOrigin();
    const good = forecastRow({ origin });
    const crossing = forecastRow({ origin, horizonHours: 4, logReturnQuantiles: [3, 2, 1, 0, 0, 0, 0] });
    await expect(repository.store([good, crossing])).rejects.toThrow(/violates check constraint/);
    await expect(repository.findById(good.id)).resolves.toBeNull();
  });

  it('finds the newest canonical forecast of each horizon, and no variant', async () => {
    const feed = 'demo';
    const [older, newer] = [nextOrigin(), nextOrigin()];
    const rows = [
      forecastRow({ feed, origin: older, horizonHours: 4, venue: 'n1' }),
      forecastRow({ feed, origin: newer, horizonHours: 4, venue: 'n1' }),
      forecastRow({ feed, origin: older, horizonHours: 1, venue: 'n1' }),
      forecastRow({ feed, origin: newer, horizonHours: 4, venue: 'n2' }),
    ];
    for (const row of rows) await repository.store([row]);
    const found = await repository.listLatest(feed, INSTRUMENT, [4, 24, 1]);
    expect(found.map(({ id }) => id)).toEqual([rows[1]!.id, rows[2]!.id]);
    await expect(repository.findFirstOrigin(feed, INSTRUMENT, 4)).resolves.toBe(older);
    await expect(repository.findFirstOrigin(feed, INSTRUMENT, 24)).resolves.toBeNull();
    const range = { from: older, to: newer };
    await expect(repository.listOrigins(feed, INSTRUMENT, 4, range)).resolves.toEqual([older]);
  });
});
