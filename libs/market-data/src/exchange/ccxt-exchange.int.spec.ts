import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulatedExchange, type Faults, type SimulatedExchange } from '@btcforecast/simulated-exchange';
import { HOUR_MS, MINUTE_MS, type Candle } from '@btcforecast/timeseries';
import { csvOf, temporaryFolder, walk } from '../walk.fixture.js';
import { loadCcxtClass } from './ccxt-exchange.js';
import { createLiveExchange, createSimulatedExchange } from './create-exchange.js';
import type { ExchangePort } from './exchange-port.js';
import { useBinanceHosts } from './venue-profile.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = 3_000;
const NOW = T0 + 2_500 * HOUR_MS;
const candles = walk('1h', T0, HOURS);
const faults: Faults = {};
const never = new AbortController().signal;
const day = {
  instrument: 'BTC-USD',
  interval: '1h',
  from: T0 + 24 * HOUR_MS,
  to: T0 + 48 * HOUR_MS,
} as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let simulated: SimulatedExchange;
let exchange: ExchangePort;

const open = ({ url, feed }: SimulatedExchange) =>
  createSimulatedExchange({ url, feed, instruments: ['BTC-USD'] });

beforeAll(async () => {
  folder = await temporaryFolder();
  file = await folder.write('hours.csv', csvOf(candles));
  simulated = await startSimulatedExchange({ market: { file }, speed: 1, from: NOW, faults });
  exchange = await open(simulated);
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
  for (const name of Object.keys(faults) as (keyof Faults)[]) delete faults[name];
});
afterAll(async () => {
  await exchange.close();
  await simulated.close();
  await folder.remove();
});

const cleanup: (() => Promise<unknown>)[] = [];

/** An exchange at 36,000 times the speed of the world: ten candles a second. */
async function startQuick(given: Faults = {}): Promise<{ port: ExchangePort; server: SimulatedExchange }> {
  const server = await startSimulatedExchange({ market: { file }, speed: 36_000, from: NOW, faults: given });
  cleanup.push(() => server.close());
  const port = await open(server);
  cleanup.push(() => port.close());
  return { port, server };
}

async function fetched(port: ExchangePort, request: { from: number; to: number }): Promise<Candle[]> {
  const all: Candle[] = [];
  for await (const page of port.fetchCandles({ ...day, ...request }, never)) all.push(...page);
  return all;
}

describe("ccxt's own Binance class", () => {
  it('talks to the simulated exchange unchanged but for its addresses: markets, klines and stream', async () => {
    const Binance = await loadCcxtClass('binance');
    const plain = new Binance({ options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false } });
    await plain.loadHttpProxyAgent();
    useBinanceHosts(plain, `${simulated.url}/api/v3`, `${simulated.url.replace('http', 'ws')}/ws`);
    const rows = await plain.fetchOHLCV('BTC/USDT', '1h', T0, 3, { until: T0 + 2 * HOUR_MS });
    expect(rows).toEqual(
      candles.slice(0, 3).map((c) => [c.openTime, c.open, c.high, c.low, c.close, c.volume]),
    );
    const [forming] = (await plain.watchOHLCV('BTC/USDT', '1h')) as number[][];
    expect(forming?.[0]).toBe(NOW);
    await plain.close();
  });
});

describe('fetchCandles', () => {
  it('brings a long range page by page, each candle once, in order', async () => {
    expect(await fetched(exchange, { from: T0, to: NOW })).toEqual(candles.slice(0, 2_500));
  });

  it('never brings a candle that has not closed by the clock of the exchange', async () => {
    const newest = await fetched(exchange, { from: NOW - 2 * HOUR_MS, to: NOW + 100 * HOUR_MS });
    expect(newest.map(({ openTime }) => openTime)).toEqual([NOW - 2 * HOUR_MS, NOW - HOUR_MS]);
  });

  it('leaves out what the exchange does not have', async () => {
    faults.candles = (rows) => rows.filter(({ openTime }) => openTime !== day.from + 5 * HOUR_MS);
    expect(await fetched(exchange, day)).toHaveLength(23);
    faults.candles = () => [];
    expect(await fetched(exchange, day)).toEqual([]);
  });

  const row = (change: Record<number, unknown>) => {
    const kline = [day.from, '100', '102', '99', '101', '5', day.from + HOUR_MS - 1, '1', 1, '1', '1', '0'];
    return JSON.stringify([Object.assign(kline, change)]);
  };
  it.each([
    ['a page of HTML', '<html><body>busy</body></html>'],
    ['nothing at all', ''],
    ['JSON that was cut off', row({}).slice(0, 40)],
    ['an object', '{"hello":"world"}'],
    ['an empty object', '{}'],
    ['null', 'null'],
    ['a text', '"klines"'],
    ['a list of numbers', '[1,2,3]'],
    ['a price that is not a number', row({ 1: 'NaN' })],
    ['a price that is missing', row({ 4: null })],
    ['a time that is a text', row({ 0: 'yesterday' })],
    ['an infinite volume', row({ 5: '1e999' })],
  ])('calls %s nonsense, and never an empty list', async (_what, body) => {
    faults.reply = () => ({ status: 200, body });
    await expect(fetched(exchange, day)).rejects.toMatchObject({
      kind: 'transient',
      code: 'market.nonsense_reply',
    });
  });

  it.each([
    [500, 'oops', undefined],
    [502, '<html>bad gateway</html>', undefined],
    [503, '{"code":-1000,"msg":"down"}', undefined],
    [429, '{"code":-1003,"msg":"too many requests"}', 7],
    [418, '{"code":-1003,"msg":"banned"}', 120],
    [403, 'forbidden', undefined],
    [400, '{"code":-1121,"msg":"Invalid symbol."}', undefined],
  ])('calls an answer of %i unavailable, and tells how long to stay away', async (status, body, seconds) => {
    const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
    faults.reply = () => ({ status, headers, body });
    const failure = { kind: 'transient', code: 'market.venue_unavailable' };
    const details = {
      venue: simulated.feed,
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    };
    await expect(fetched(exchange, day)).rejects.toMatchObject({ ...failure, details });
  });

  it('calls an exchange that nobody can reach unavailable', async () => {
    const gone = await startSimulatedExchange({ market: { file }, speed: 1, from: NOW });
    const port = await open(gone);
    cleanup.push(() => port.close());
    await gone.close();
    const failure = { kind: 'transient', code: 'market.venue_unavailable' };
    await expect(fetched(port, day)).rejects.toMatchObject(failure);
    await expect(port.time()).rejects.toMatchObject(failure);
  });

  it('refuses to take candles of another market for those of its feed', async () => {
    const port = await createSimulatedExchange({
      url: simulated.url,
      feed: 'replay-00000000',
      instruments: ['BTC-USD'],
    });
    await expect(fetched(port, day)).rejects.toThrow(/serves replay-[0-9a-f]{8}, not replay-00000000/);
    await port.close();
  });
});

describe('streamCandles', () => {
  it('gives closed candles once each with their final values, and nothing after it was told to stop', async () => {
    const { port } = await startQuick();
    const stop = new AbortController();
    const streamed: Candle[] = [];
    for await (const final of port.streamCandles(day, stop.signal)) {
      streamed.push(...final);
      if (streamed.length >= 10) stop.abort();
    }
    const offset = (streamed[0]!.openTime - T0) / HOUR_MS;
    expect(streamed).toEqual(candles.slice(offset, offset + streamed.length));
  });

  it('throws when the exchange hangs up', async () => {
    const { port, server } = await startQuick();
    const stream = port.streamCandles(day, never)[Symbol.asyncIterator]();
    await stream.next();
    await server.close();
    const drained = (async () => {
      while (!(await stream.next()).done);
    })();
    await expect(drained).rejects.toMatchObject({ kind: 'transient', code: 'market.venue_unavailable' });
  });

  const withMessages = async (messages: NonNullable<Faults['messages']>) => {
    const { port } = await startQuick({ messages });
    const stop = new AbortController();
    const streamed: Candle[] = [];
    for await (const final of port.streamCandles(day, stop.signal)) {
      streamed.push(...final);
      if (streamed.length >= 6) stop.abort();
    }
    return streamed;
  };

  it('leaves out messages without a sound number and goes on with the next', async () => {
    let count = 0;
    const streamed = await withMessages((message) => {
      count += 1;
      return count % 3 === 0 ? [message.replace(/"c":"[^"]*"/, '"c":"abc"'), message] : ['[]', '{}', message];
    });
    for (const one of streamed) expect(one).toEqual(candles[(one.openTime - T0) / HOUR_MS]);
  });

  it.each([
    ['is no JSON', 'hello'],
    ['was cut off', '{"e":"kline","k":{"t":'],
  ])('throws when a message %s: such a connection is better opened again', async (_what, garbage) => {
    await expect(withMessages((message) => [garbage, message])).rejects.toMatchObject({
      kind: 'transient',
      code: 'market.nonsense_reply',
    });
  });
});

describe('createLiveExchange', () => {
  it.each(['binance', 'coinbase', 'kraken'] as const)(
    'knows %s and asks nothing before it must',
    async (venue) => {
      const port = await createLiveExchange(venue, ['BTC-USD'], 300);
      expect(port.venue).toBe(venue);
      expect(await port.baseInterval()).toBe('1m');
      expect(port.historyLimit).toBe(venue === 'kraken' ? 720 : null);
      await port.close();
    },
  );

  it('asks a venue that keeps its newest candles only for no others', async () => {
    // The protocol does not matter here: no request reaches beyond what the venue keeps.
    const { CcxtExchangeAdapter } = await import('./ccxt-exchange.adapter.js');
    const { VENUE_PROFILES } = await import('./venue-profile.js');
    const Binance = await loadCcxtClass('binance');
    const ccxt = new Binance({});
    ccxt.setMarkets([
      ccxt.safeMarketStructure({
        id: 'BTCUSDT',
        symbol: 'BTC/USDT',
        base: 'BTC',
        quote: 'USDT',
        type: 'spot',
        spot: true,
      }),
    ]);
    useBinanceHosts(ccxt, `${simulated.url}/api/v3`, '');
    const asked: number[] = [];
    faults.reply = (path, query) => {
      if (path.endsWith('/klines')) asked.push(Number(query['startTime']));
      return undefined;
    };
    const short = { ...VENUE_PROFILES.binance, historyLimit: 720 };
    const port = new CcxtExchangeAdapter('short', ccxt, short);
    cleanup.push(() => port.close());
    const got = await fetched(port, { from: T0, to: NOW + MINUTE_MS });
    expect(got).toHaveLength(719); // the newest of its 720 is still forming
    expect(Math.min(...asked)).toBe(NOW - 719 * HOUR_MS);
  });
});
