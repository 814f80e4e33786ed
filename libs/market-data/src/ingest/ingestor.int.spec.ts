import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventOf } from '@btcforecast/contracts';
import { startSimulatedExchange, type Faults, type SimulatedExchange } from '@btcforecast/simulated-exchange';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS, MINUTE_MS, resample, type Candle } from '@btcforecast/timeseries';
import type { Pool, QueryConfig } from 'pg';
import { createSimulatedExchange } from '../exchange/create-exchange.js';
import { INSTRUMENT, openRig, storedCandles, type Assembled, type Rig } from '../market-data.fixture.js';
import { csvOf, lineOf, temporaryFolder, walk } from '../walk.fixture.js';
import type { IngestOptions } from './ingest-options.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = walk('1h', T0, 3_000);
const MINUTES = walk('1m', T0, 4_000);
/** Ten hours, or ten minutes, a second. */
const TEN_HOURS = 36_000;
const TEN_MINUTES = 600;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let hours: string;
let minutes: string;
let rig: Rig;
const cleanup: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  hours = await folder.write('hours.csv', csvOf(HOURS));
  minutes = await folder.write('minutes.csv', csvOf(MINUTES));
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});
afterAll(() => folder.remove());

interface Start {
  readonly file?: string;
  readonly speed?: number;
  readonly from?: number;
  readonly faults?: Faults;
  readonly stateFolder?: string;
  readonly port?: number;
}

async function simulate(given: Start = {}): Promise<SimulatedExchange> {
  const { file = hours, speed = TEN_HOURS, from = T0 + 500 * HOUR_MS, ...rest } = given;
  const exchange = await startSimulatedExchange({ market: { file }, speed, from, ...rest });
  cleanup.push(() => exchange.close());
  return exchange;
}

/** Market data on a database of its own, with one replayed venue, running. */
async function ingest(exchange: SimulatedExchange, options: Partial<IngestOptions> = {}): Promise<Assembled> {
  rig = await openRig();
  cleanup.push(() => rig.close());
  return assemble(exchange, options);
}

function assemble({ url, feed }: SimulatedExchange, options: Partial<IngestOptions> = {}): Assembled {
  const create = () => createSimulatedExchange({ url, feed, instruments: [INSTRUMENT] });
  const assembled = rig.assemble({ venues: new Map([[feed, create]]), feed, source: 'replay', options });
  assembled.ingestor.start();
  return assembled;
}

const stored = (exchange: SimulatedExchange, interval = '1h') =>
  storedCandles(rig.dataSource, exchange.feed, interval);
const count = async (sql: string) =>
  Number((await rig.dataSource.query<{ n: string }[]>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n);

/** Waits until there is one. */
const firstRow = (from: string) =>
  waitFor(
    async () => (await rig.dataSource.query<Record<string, unknown>[]>(`SELECT * FROM ${from} LIMIT 1`))[0],
    { deadlineMs: 30_000, what: `a row of ${from}` },
  );

/** Waits until candles up to `index` are stored, and checks that all of them are, with their first values. */
async function expectComplete(
  exchange: SimulatedExchange,
  candles: readonly Candle[],
  index: number,
  interval = '1h',
) {
  const expected = candles.slice(0, index).map(lineOf);
  await waitFor(async () => (await stored(exchange, interval)).at(index - 1) === expected.at(-1), {
    deadlineMs: 30_000,
    what: `candle ${index} is stored and none before it is missing`,
  });
  expect((await stored(exchange, interval)).slice(0, index)).toEqual(expected);
}

/** Hourly candles that were there before the one that precedes them: a forecast may have been made in between. */
const storedBeforeTheirPredecessor = () =>
  count(`(SELECT ingested_at, lag(ingested_at) OVER (ORDER BY open_time) AS predecessor FROM candles
    WHERE "interval" = '1h') AS hours WHERE ingested_at < predecessor`);

const metric = async (assembled: Assembled, name: string) =>
  (await assembled.metrics.registry.getSingleMetric(name)?.get())?.values.reduce(
    (sum, { value }) => sum + value,
    0,
  ) ?? 0;

describe('ingestion', () => {
  it('fetches the history, follows the stream, derives coarser candles, keeps the event clock and tells of candles', async () => {
    const exchange = await simulate();
    const marketData = await ingest(exchange);
    const events: EventOf<'candle.closed'>[] = [];
    marketData.events.subscribe('candle.closed', (event) => void events.push(event));
    await expectComplete(exchange, HOURS, 530);
    const days = resample(HOURS.slice(0, 504), '1h', '1d').map(lineOf);
    expect((await stored(exchange, '1d')).slice(0, 21)).toEqual(days);
    expect((await stored(exchange, '4h')).slice(0, 126)).toEqual(
      resample(HOURS.slice(0, 504), '1h', '4h').map(lineOf),
    );
    const feed = await firstRow('market_feeds'); // once the history is complete, which may be after candle 530
    expect(feed).toMatchObject({
      feed: exchange.feed,
      venue: exchange.feed,
      source: 'replay',
      base_interval: '1h',
      speed: TEN_HOURS,
    });
    expect(Math.abs((feed['event_at'] as Date).getTime() - exchange.clock.now())).toBeLessThan(
      3_000 * TEN_HOURS,
    );
    await firstRow(`candles WHERE "interval" = '1h' AND provenance = 'streamed'`);
    const provenance = await rig.dataSource.query(
      `SELECT DISTINCT provenance FROM candles WHERE "interval" = '1h' ORDER BY 1`,
    );
    expect(provenance).toEqual([{ provenance: 'fetched' }, { provenance: 'streamed' }]);
    expect(events.some(({ interval, venue }) => interval === '1h' && venue === exchange.feed)).toBe(true);
    expect(await count('candle_corrections')).toBe(0);
    expect(await count('candle_gaps')).toBe(0);
  });

  it('derives hours from minutes as they close, equal to those that the venue tells of', async () => {
    const exchange = await simulate({ file: minutes, speed: TEN_MINUTES * 4, from: T0 + 2_000 * MINUTE_MS });
    await ingest(exchange, { fineHistoryMs: 12 * HOUR_MS });
    const hourly = resample(MINUTES, '1m', '1h').map(lineOf);
    await waitFor(async () => (await stored(exchange)).length >= 36, {
      deadlineMs: 30_000,
      what: 'three hours more',
    });
    const lines = await stored(exchange);
    expect(lines).toEqual(hourly.slice(0, lines.length));
    const derived = await count(`candles WHERE "interval" = '1h' AND provenance = 'derived'`);
    expect(derived).toBeGreaterThan(0);
    expect(await count('candle_corrections')).toBe(0);
    const quarter = await stored(exchange, '15m');
    expect(resample(MINUTES, '1m', '15m').map(lineOf)).toEqual(expect.arrayContaining(quarter));
    expect(await count(`candles WHERE "interval" = '1m'`)).toBeGreaterThanOrEqual(720);
  });

  it('notices an exchange that stops talking, reconnects, and misses nothing meanwhile', async () => {
    const faults: Faults = { silent: true };
    const exchange = await simulate({ faults });
    const marketData = await ingest(exchange);
    await expectComplete(exchange, HOURS, 520);
    await waitFor(() => metric(marketData, 'market_stream_reconnects_total'), {
      deadlineMs: 30_000,
      what: 'a reconnect',
    });
    expect(await count(`candles WHERE provenance = 'streamed'`)).toBe(0);
    faults.silent = false;
    await waitFor(() => count(`candles WHERE provenance = 'streamed'`), {
      deadlineMs: 30_000,
      what: 'a streamed candle',
    });
    await expectComplete(exchange, HOURS, 540);
  });

  it('loses nothing over many broken connections', async () => {
    const faults: Faults = {};
    const exchange = await simulate({ faults });
    const marketData = await ingest(exchange);
    let messages = 0;
    faults.messages = (message) => ((messages += 1) % 9 === 0 ? ['not even JSON'] : [message]);
    await expectComplete(exchange, HOURS, 550);
    expect(await metric(marketData, 'market_stream_reconnects_total')).toBeGreaterThan(1);
    expect(await count('candle_corrections')).toBe(0);
  });

  it('stores no candle before those that precede it while the database is back for every other question', async () => {
    const faults: Faults = {};
    const exchange = await simulate({ faults });
    await ingest(exchange);
    await expectComplete(exchange, HOURS, 505);
    const { master: pool } = rig.dataSource.driver as unknown as { master: Pool };
    const query = pool.query.bind(pool) as (question: QueryConfig) => Promise<unknown>;
    let refused = 0;
    const refusing = (question: QueryConfig): Promise<unknown> => {
      if (!question.text.endsWith('ORDER BY open_time DESC LIMIT 1') || refused >= 20) return query(question);
      refused += 1;
      return Promise.reject(Object.assign(new Error('connection lost'), { code: 'ECONNRESET' }));
    };
    Object.assign(pool, { query: refusing });
    let messages = 0;
    faults.messages = (message) => ((messages += 1) % 4 === 0 ? [] : [message]); // each leaves a hole
    await waitFor(() => refused >= 20, { deadlineMs: 30_000, what: 'what precedes could not be asked for' });
    await expectComplete(exchange, HOURS, 560);
    expect(await storedBeforeTheirPredecessor()).toBe(0);
  });

  it('stores the same whatever comes late, twice, out of order or not at all', async () => {
    const faults: Faults = {};
    const exchange = await simulate({ faults });
    await ingest(exchange);
    const held: string[] = [];
    let messages = 0;
    faults.messages = (message) => {
      messages += 1;
      if (messages % 7 === 0) return [];
      if (messages % 5 === 0) {
        held.push(message);
        return [];
      }
      return messages % 3 === 0 ? [message, ...held.splice(0).reverse(), message] : [message];
    };
    await expectComplete(exchange, HOURS, 550);
    expect(await count('candle_gaps')).toBe(0);
  });

  it('refuses candles that cannot be true and asks for what they should have been', async () => {
    const faults: Faults = {};
    const exchange = await simulate({ faults });
    const marketData = await ingest(exchange);
    faults.messages = (message) => [message.replace(/"h":"[^"]*"/, '"h":"0.01"')];
    await expectComplete(exchange, HOURS, 530);
    const refused = () => metric(marketData, 'market_candles_rejected_total');
    await waitFor(async () => (await refused()) > 0, { deadlineMs: 30_000, what: 'one is refused' });
    expect(await count(`candles WHERE provenance = 'streamed'`)).toBe(0);
  });

  it('waits out nonsense, bans and silence of the requests, and stores nothing of them', async () => {
    const faults: Faults = {};
    const exchange = await simulate({ faults });
    await ingest(exchange, { failoverAfterMs: 60_000 });
    await expectComplete(exchange, HOURS, 505);
    faults.silent = true;
    for (const reply of [
      { status: 200, body: '<html>maintenance</html>' },
      { status: 429, headers: { 'retry-after': '1' }, body: '{"code":-1003,"msg":"slow down"}' },
      { status: 200, body: '[[1,2,3]]' },
      { status: 500, body: '' },
    ]) {
      let asked = 0;
      faults.reply = (path) => (path.endsWith('/klines') && (asked += 1) ? reply : undefined);
      await waitFor(() => asked >= 2, { deadlineMs: 30_000, what: 'two requests' });
    }
    delete faults.reply;
    faults.silent = false;
    await expectComplete(exchange, HOURS, 560);
  });

  it('goes on where it was when the exchange is killed and started again', async () => {
    const stateFolder = folder.path;
    const first = await simulate({ stateFolder });
    const port = Number(new URL(first.url).port);
    await ingest(first);
    await expectComplete(first, HOURS, 510);
    await first.close();
    const second = await simulate({ stateFolder, port });
    expect(second.clock.now()).toBeGreaterThan(T0 + 509 * HOUR_MS);
    await expectComplete(second, HOURS, 540);
    expect(await count('candle_corrections')).toBe(0);
  });

  it('fills after a restart what closed while it was away', async () => {
    const exchange = await simulate();
    const first = await ingest(exchange);
    await expectComplete(exchange, HOURS, 510);
    await first.stop();
    const before = (await stored(exchange)).length;
    await waitFor(() => exchange.clock.now() > T0 + (before + 15) * HOUR_MS, {
      deadlineMs: 30_000,
      what: '15 hours',
    });
    expect(await stored(exchange)).toHaveLength(before);
    assemble(exchange);
    await expectComplete(exchange, HOURS, before + 20);
    expect(await storedBeforeTheirPredecessor()).toBe(0);
  });

  it('stores the last candle of a replay, with which its clock stands still', async () => {
    const exchange = await simulate({ from: T0 + 2_990 * HOUR_MS });
    await ingest(exchange);
    await expectComplete(exchange, HOURS, 3_000);
    const standing = () =>
      count(`market_feeds WHERE speed = 0 AND event_at = to_timestamp(${(T0 + 3_000 * HOUR_MS) / 1_000})`);
    await waitFor(standing, { deadlineMs: 30_000, what: 'the clock stands still at the end' });
  });
});
