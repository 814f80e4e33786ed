import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { WebSocket } from 'ws';
import { startSimulatedExchange, type SimulatedExchange, type SimulatedExchangeOptions } from './index.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = 2_000;
let file: string;
const cleanup: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'btcforecast-sim-'));
  file = join(folder, 'hours.csv');
  await writeFile(
    file,
    Array.from({ length: HOURS }, (_r, h) => `${T0 + h * HOUR_MS},100,102,99,${100 + (h % 2)},5`).join('\n'),
  );
});
afterAll(() => rm(dirname(file), { recursive: true, force: true }));
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function start(options: Partial<SimulatedExchangeOptions> = {}): Promise<SimulatedExchange> {
  const exchange = await startSimulatedExchange({
    market: { file },
    speed: 1,
    from: T0 + 100 * HOUR_MS,
    ...options,
  });
  cleanup.push(() => exchange.close());
  return exchange;
}

async function listen(
  exchange: SimulatedExchange,
  path: string,
): Promise<{ socket: WebSocket; messages: unknown[] }> {
  const socket = new WebSocket(`${exchange.url.replace('http', 'ws')}${path}`);
  cleanup.push(() => socket.terminate());
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return { socket, messages };
}

const get = async (exchange: SimulatedExchange, path: string) => {
  const reply = await fetch(`${exchange.url}${path}`);
  return {
    status: reply.status,
    headers: reply.headers,
    body: (await reply.json()) as Record<string, unknown>,
  };
};

describe('the simulated exchange', () => {
  it('tells time, feed and end of the market', async () => {
    const exchange = await start();
    const { body } = await get(exchange, '/sim/clock');
    expect(body).toMatchObject({
      speed: 1,
      ends: T0 + HOURS * HOUR_MS,
      ended: false,
      mode: 'replay',
      interval: '1h',
    });
    expect(body['feed']).toMatch(/^replay-[0-9a-f]{8}$/);
    expect(exchange.feed).toBe(body['feed']);
    const time = await get(exchange, '/api/v3/time');
    expect(Number(time.body['serverTime'])).toBeGreaterThanOrEqual(T0 + 100 * HOUR_MS);
  });

  it.each([
    ['/api/v3/klines?interval=1h', 400, -1102],
    ['/api/v3/klines?symbol=BTCUSDT', 400, -1102],
    ['/api/v3/klines?symbol=ETHUSDT&interval=1h', 400, -1121],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1m', 400, -1120],
    ['/api/v3/klines?symbol=BTCUSDT&interval=7h', 400, -1120],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=x', 400, -1100],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=0', 400, -1130],
    ['/api/v3/nothing', 404, -1100],
  ])('answers %s with %i and the code %i of the real one', async (path, status, code) => {
    const reply = await get(await start(), path);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('gives at most 1,000 klines and counts the weight of requests', async () => {
    const exchange = await start({ from: T0 + 1_900 * HOUR_MS });
    const first = await get(exchange, `/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=5000`);
    expect(first.body).toHaveLength(1_000);
    expect(first.headers.get('x-mbx-used-weight-1m')).toBe('2');
    expect((await get(exchange, '/api/v3/ping')).headers.get('x-mbx-used-weight-1m')).toBe('3');
  });

  it('streams each closed kline once, in order, with the next one beginning at once', async () => {
    const exchange = await start({ speed: 36_000 });
    const { socket, messages } = await listen(exchange, '/ws');
    socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1h'], id: 7 }));
    type Kline = { k?: { t: number; x: boolean } };
    const closed = () => (messages as Kline[]).flatMap(({ k }) => (k?.x ? [k.t] : []));
    await waitFor(() => closed().length >= 8, { deadlineMs: 5_000, what: 'eight closed klines' });
    expect(messages[0]).toEqual({ result: null, id: 7 });
    const times = closed();
    expect(times).toEqual(times.map((_time, i) => times[0]! + i * HOUR_MS));
    const index = (messages as Kline[]).findIndex(({ k }) => k?.x);
    const after = (messages as Kline[]).slice(index + 1).find(({ k }) => k && !k.x);
    expect(after?.k?.t).toBeGreaterThan(times[0]!);
  });

  it('wraps the messages of /stream and understands several streams, UNSUBSCRIBE and LIST_SUBSCRIPTIONS', async () => {
    const exchange = await start({ speed: 36_000 });
    const { socket, messages } = await listen(exchange, '/stream?streams=btcusdt@kline_1h/btcusdt@kline_4h');
    const streams = () => new Set((messages as { stream?: string }[]).map(({ stream }) => stream));
    await waitFor(() => streams().size === 2, { deadlineMs: 5_000, what: 'messages of both streams' });
    socket.send(JSON.stringify({ method: 'UNSUBSCRIBE', params: ['btcusdt@kline_4h'], id: 1 }));
    socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: 2 }));
    const reply = await waitFor(() => (messages as { id?: number }[]).find(({ id }) => id === 2), {
      deadlineMs: 5_000,
      what: 'the list of subscriptions',
    });
    expect(reply).toEqual({ result: ['btcusdt@kline_1h'], id: 2 });
  });

  it('answers garbage on the socket with an error and stays up', async () => {
    const { socket, messages } = await listen(await start(), '/ws');
    socket.send('{garbage');
    socket.send(JSON.stringify({ method: 'DANCE', id: 3 }));
    await waitFor(() => messages.length >= 2, { deadlineMs: 2_000, what: 'two errors' });
    expect(messages).toMatchObject([
      { code: 2, id: null },
      { code: 2, id: 3 },
    ]);
  });

  it('goes on where it was after a restart, and anew when the wanted start has changed', async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'btcforecast-sim-state-'));
    cleanup.push(() => rm(stateFolder, { recursive: true, force: true }));
    const first = await start({ speed: 36_000, stateFolder });
    await waitFor(() => first.clock.now() > T0 + 110 * HOUR_MS, { deadlineMs: 5_000, what: 'ten hours' });
    await first.close();
    const stoppedAt = first.clock.now();
    const second = await start({ speed: 1, stateFolder });
    expect(second.clock.now()).toBeGreaterThan(T0 + 110 * HOUR_MS);
    expect(second.clock.now()).toBeLessThanOrEqual(stoppedAt + 1_000);
    await second.close();
    const third = await start({ speed: 1, stateFolder, from: T0 + 50 * HOUR_MS });
    expect(third.clock.now()).toBeLessThan(T0 + 51 * HOUR_MS);
  });

  it('begins anew, rather than not at all, when the file of its position is damaged', async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'btcforecast-sim-state-'));
    cleanup.push(() => rm(stateFolder, { recursive: true, force: true }));
    const { feed } = await start({ stateFolder });
    await writeFile(join(stateFolder, `${feed}.json`), '{"pos');
    expect((await start({ stateFolder })).clock.now()).toBeLessThan(T0 + 101 * HOUR_MS);
  });

  it('stands still at the end of the file and says so', async () => {
    const exchange = await start({ from: T0 + (HOURS - 2) * HOUR_MS, speed: 36_000 });
    await waitFor(() => exchange.clock.ended, { deadlineMs: 5_000, what: 'the end' });
    const { body } = await get(exchange, '/sim/clock');
    expect(body).toMatchObject({ now: T0 + HOURS * HOUR_MS, speed: 0, ended: true });
    const klines = await get(exchange, '/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=1');
    expect((klines.body as unknown as number[][])[0]![0]).toBe(T0 + (HOURS - 1) * HOUR_MS);
  });

  it('refuses a start outside the file and a file that holds no candles, each in one sentence', async () => {
    await expect(start({ from: Date.UTC(2031, 0, 1) })).rejects.toThrow(
      /cannot start at 2031.*it spans 2025-01-01/,
    );
    await expect(start({ market: { file: import.meta.filename } })).rejects.toMatchObject({
      code: 'import.bad_file',
    });
  });
});

describe('several instruments', () => {
  const csv = async (name: string, hours: number, price: number, shift = 0) => {
    const path = join(dirname(file), name);
    const row = (h: number) => `${T0 + (h + shift) * HOUR_MS},${price},${price + 2},${price - 1},${price},5`;
    await writeFile(path, Array.from({ length: hours }, (_row, h) => row(h)).join('\n'));
    return path;
  };
  const both = async () => {
    const files = { 'BTC-USD': file, 'ETH-USD': await csv('eth.csv', 500, 30) };
    return start({ market: { files } });
  };
  const closesOf = async (exchange: SimulatedExchange, symbol: string) => {
    const path = `/api/v3/klines?symbol=${symbol}&interval=1h&endTime=${T0 + 90 * HOUR_MS - 1}&limit=2`;
    const { body } = await get(exchange, path);
    return (body as unknown as string[][]).map((row) => Number(row[4]));
  };

  it('have candles of their own, and one clock that ends with the first file that ends', async () => {
    const exchange = await both();
    expect(await closesOf(exchange, 'BTCUSDT')).toEqual([100, 101]);
    expect(await closesOf(exchange, 'ETHUSDT')).toEqual([30, 30]);
    expect((await get(exchange, '/api/v3/klines?symbol=SOLUSDT&interval=1h')).status).toBe(400);
    const { body } = await get(exchange, '/sim/clock');
    expect(body).toMatchObject({ ends: T0 + 500 * HOUR_MS, interval: '1h' });
    const info = (await get(exchange, '/api/v3/exchangeInfo')).body['symbols'] as { symbol: string }[];
    expect(info.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  it('have a feed that is named after all files, whatever their order, and the one of a file alone after it', async () => {
    const exchange = await both();
    const alone = await start();
    const files = { 'ETH-USD': join(dirname(file), 'eth.csv'), 'BTC-USD': file };
    const turned = await start({ market: { files } });
    expect(turned.feed).toBe(exchange.feed);
    expect(exchange.feed).toMatch(/^replay-[0-9a-f]{8}$/);
    expect(exchange.feed).not.toBe(alone.feed);
    expect((await start({ market: { files: { 'BTC-USD': file } } })).feed).toBe(alone.feed);
  });

  it('have streams of their own', async () => {
    const files = { 'BTC-USD': file, 'ETH-USD': await csv('eth.csv', 500, 30) };
    const exchange = await start({ market: { files }, speed: 36_000 });
    const names = ['btcusdt@kline_1h', 'ethusdt@kline_1h'];
    const { messages } = await listen(exchange, `/stream?streams=${names.join('/')}`);
    const closed = () =>
      (messages as { stream: string; data: { k: { s: string; x: boolean; c: string } } }[])
        .filter(({ data }) => data.k.x)
        .map(({ stream, data }) => `${stream} ${data.k.s} ${Number(data.k.c) < 50 ? 'low' : 'high'}`);
    await waitFor(() => new Set(closed()).size >= 2, {
      deadlineMs: 10_000,
      what: 'both have closed candles',
    });
    expect([...new Set(closed())].sort()).toEqual([
      'btcusdt@kline_1h BTCUSDT high',
      'ethusdt@kline_1h ETHUSDT low',
    ]);
  });

  it('are refused when their files share no time or differ in interval', async () => {
    const apart = { 'BTC-USD': file, 'ETH-USD': await csv('later.csv', 100, 30, HOURS) };
    await expect(start({ market: { files: apart } })).rejects.toMatchObject({
      code: 'import.bad_file',
      message: expect.stringContaining('no time in which all of them trade'),
    });
    const path = join(dirname(file), 'minutes.csv');
    await writeFile(path, Array.from({ length: 9 }, (_row, m) => `${T0 + m * 60_000},1,2,1,1,5`).join('\n'));
    const differing = { 'BTC-USD': file, 'ETH-USD': path };
    await expect(start({ market: { files: differing } })).rejects.toThrow(/differ in length/);
  });

  it('may be traded in a demo', async () => {
    const market = { seed: 11, instruments: ['BTC-USD', 'SOL-USD'] };
    const exchange = await start({ market, from: T0 + 100 * HOUR_MS });
    expect(exchange.feed).toBe('demo');
    const [btc] = await closesOf(exchange, 'BTCUSDT');
    const [sol] = await closesOf(exchange, 'SOLUSDT');
    expect(btc! / sol!).toBeGreaterThan(20);
  });
});
