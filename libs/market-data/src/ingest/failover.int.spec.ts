import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulatedExchange, type Faults } from '@btcforecast/simulated-exchange';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { createSimulatedExchange } from '../exchange/create-exchange.js';
import type { ExchangePort } from '../exchange/exchange-port.js';
import { INSTRUMENT, openRig, storedCandles, type Assembled, type Rig } from '../market-data.fixture.js';
import { csvOf, lineOf, temporaryFolder, walk } from '../walk.fixture.js';
import type { IngestOptions } from './ingest-options.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = walk('1h', T0, 3_000);
const SPEED = 36_000;
const WAIT = 30_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let rig: Rig;
const cleanup: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  file = await folder.write('hours.csv', csvOf(HOURS));
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});
afterAll(() => folder.remove());

/** Two venues that trade the same, the first one preferred. */
async function twoVenues(
  options: Partial<IngestOptions> = {},
): Promise<{ first: Faults; second: Faults; marketData: Assembled }> {
  const faults: [Faults, Faults] = [{}, {}];
  const venues = new Map<string, () => Promise<ExchangePort>>();
  let feed = '';
  for (const [i, venue] of ['first', 'second'].entries()) {
    const from = T0 + 500 * HOUR_MS;
    const exchange = await startSimulatedExchange({
      market: { file },
      speed: SPEED,
      from,
      faults: faults[i]!,
    });
    cleanup.push(() => exchange.close());
    feed = exchange.feed;
    const { url } = exchange;
    venues.set(venue, () => createSimulatedExchange({ url, feed, instruments: [INSTRUMENT], venue }));
  }
  rig = await openRig();
  cleanup.push(() => rig.close());
  const marketData = rig.assemble({ venues, feed, source: 'replay', options });
  return { first: faults[0], second: faults[1], marketData };
}

const activeVenue = async () =>
  (await rig.dataSource.query<{ venue: string }[]>('SELECT venue FROM market_feeds'))[0]?.venue;
const isActive = (venue: string) => async () => (await activeVenue()) === venue;
const fails = (path: string) => (path.endsWith('/klines') ? { status: 503, body: '{}' } : undefined);

describe('failover between venues', () => {
  it('moves to the next venue when the first fails for long, after completing its history, and back when it answers again', async () => {
    const { first, marketData } = await twoVenues();
    marketData.ingestor.start();
    await waitFor(isActive('first'), { deadlineMs: WAIT, what: 'the preferred venue is used' });
    expect(await storedCandles(rig.dataSource, 'second', '1h')).toEqual([]);
    Object.assign(first, { silent: true, reply: fails });
    await waitFor(isActive('second'), { deadlineMs: WAIT, what: 'the second venue is used' });
    const history = await storedCandles(rig.dataSource, 'second', '1h');
    expect(history.slice(0, 500)).toEqual(HOURS.slice(0, 500).map(lineOf));
    const keptFrom = (await storedCandles(rig.dataSource, 'first', '1h')).length;
    delete first.reply;
    first.silent = false;
    await waitFor(isActive('first'), { deadlineMs: WAIT, what: 'the preferred venue is used again' });
    await waitFor(async () => (await storedCandles(rig.dataSource, 'first', '1h')).length > keptFrom + 10, {
      deadlineMs: WAIT,
      what: 'candles of the first venue again',
    });
    const lines = await storedCandles(rig.dataSource, 'first', '1h');
    expect(lines).toEqual(HOURS.slice(0, lines.length).map(lineOf));
    const switches = await marketData.metrics.registry.getSingleMetric('market_venue_switches_total')?.get();
    expect(switches?.values.map(({ labels, value }) => [labels['venue'], value])).toEqual([
      ['second', 1],
      ['first', 1],
    ]);
  });

  it('starts with the second venue when the first does not answer at all', async () => {
    const { first, marketData } = await twoVenues({ failBackAfterMs: 3_600_000 });
    first.candles = () => [];
    first.reply = () => ({ status: 500, body: 'down' });
    marketData.ingestor.start();
    await waitFor(isActive('second'), { deadlineMs: WAIT, what: 'the second venue is used' });
  });

  it('does not call a venue in use before its history is there', async () => {
    const { first, second, marketData } = await twoVenues();
    const asked = { first: 0, second: 0 };
    first.reply = (path) => fails(path) && ((asked.first += 1), fails(path));
    second.reply = (path) => fails(path) && ((asked.second += 1), fails(path));
    marketData.ingestor.start();
    const bothTwice = () => asked.first > 1 && asked.second > 1;
    await waitFor(bothTwice, { deadlineMs: WAIT, what: 'both were tried twice, in turn' });
    expect(await activeVenue()).toBeUndefined();
    expect(marketData.ingestor.activeVenue).toBeUndefined();
    delete second.reply;
    await waitFor(isActive('second'), { deadlineMs: WAIT, what: 'the second venue is used' });
    expect((await storedCandles(rig.dataSource, 'second', '1h')).length).toBeGreaterThanOrEqual(500);
  });

  it('stays with a venue whose failures are short', async () => {
    const { first, marketData } = await twoVenues({ failoverAfterMs: 20_000 });
    marketData.ingestor.start();
    await waitFor(isActive('first'), { deadlineMs: WAIT, what: 'the preferred venue is used' });
    let failures = 0;
    first.silent = true;
    first.reply = (path) => ((failures += 1) > 4 ? undefined : fails(path));
    await waitFor(
      async () => failures > 5 && (await storedCandles(rig.dataSource, 'first', '1h')).length > 560,
      {
        deadlineMs: WAIT,
        what: 'it has recovered',
      },
    );
    expect(await activeVenue()).toBe('first');
    expect(await storedCandles(rig.dataSource, 'second', '1h')).toEqual([]);
  });
});

describe('the sanity check across venues', () => {
  it('reports two venues that disagree about the price, and changes nothing', async () => {
    const { checkAcrossVenues } = await import('./cross-venue-check.js');
    const { CandleReader } = await import('@btcforecast/candle-reader');
    const { MINUTE_MS } = await import('@btcforecast/timeseries');
    const minutes = walk('1m', T0, 600);
    const minuteFile = await folder.write('minutes.csv', csvOf(minutes));
    const from = T0 + 500 * MINUTE_MS;
    const faults: Faults = {};
    const exchange = await startSimulatedExchange({ market: { file: minuteFile }, speed: 1, from, faults });
    cleanup.push(() => exchange.close());
    rig = await openRig();
    cleanup.push(() => rig.close());
    const { url, feed } = exchange;
    const create = (venue: string) => () =>
      createSimulatedExchange({ url, feed, instruments: [INSTRUMENT], venue });
    const venues = new Map(['first', 'second'].map((venue) => [venue, create(venue)] as const));
    const { Exchanges } = await import('../exchange/exchanges.js');
    const { IngestSettings } = await import('./ingest-settings.js');
    const { MarketDataMetrics } = await import('../market-data.metrics.js');
    const marketData = rig.assemble({ venues, feed, source: 'replay', works: false });
    const batch = {
      feed,
      instrument: INSTRUMENT,
      venue: 'first',
      interval: '1m',
      provenance: 'fetched',
    } as const;
    await marketData.intake.take({ ...batch, candles: minutes.slice(400, 500), nowMs: from });
    const exchanges = new Exchanges(venues);
    cleanup.push(() => exchanges.close());
    const warnings: unknown[] = [];
    const logger = { warn: (fields: unknown) => void warnings.push(fields), debug: () => undefined };
    const metrics = new MarketDataMetrics(marketData.metrics);
    const parts = {
      exchanges,
      reader: new CandleReader(rig.dataSource),
      settings: new IngestSettings({ feed, source: 'live', instrument: INSTRUMENT }),
      reporting: { logger: logger as never, metrics },
    };
    await checkAcrossVenues(parts, 'first', new AbortController().signal);
    expect(warnings).toEqual([]);
    faults.candles = (candles) =>
      candles.map((c) => ({
        ...c,
        open: c.open * 1.05,
        high: c.high * 1.06,
        low: c.low * 1.04,
        close: c.close * 1.05,
      }));
    await checkAcrossVenues(parts, 'first', new AbortController().signal);
    expect(warnings).toMatchObject([
      { venue: 'first', other: 'second', ratio: expect.closeTo(1 - 1 / 1.05, 6) },
    ]);
    const gauge = await marketData.metrics.registry
      .getSingleMetric('market_cross_venue_deviation_ratio')
      ?.get();
    expect(gauge?.values[0]?.value).toBeCloseTo(1 - 1 / 1.05, 6);
  });
});
