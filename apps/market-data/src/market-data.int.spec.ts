import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_INSTRUMENT, marketDataRpc } from '@btcforecast/contracts';
import { createLogger, parseEnv, RpcClient, startService, type RunningService } from '@btcforecast/platform';
import { startSimulatedExchange, type SimulatedExchange } from '@btcforecast/simulated-exchange';
import { describeWhen, repositoryRoot, testDatabase, waitFor } from '@btcforecast/testing';
import { existsSync } from 'node:fs';
import { createExchanges } from './create-exchanges.js';
import { MarketDataEnv } from './market-data.env.js';
import { MarketDataModule } from './market-data.module.js';

const HOUR_MS = 3_600_000;
const T0 = Date.UTC(2025, 0, 1);
const NOW = T0 + 300 * HOUR_MS;
const cleanup: (() => Promise<unknown>)[] = [];

let folder: string;
let exchange: SimulatedExchange;
let database: Awaited<ReturnType<typeof testDatabase>>;
let service: RunningService;

const envOf = (over: Record<string, string> = {}) =>
  parseEnv(MarketDataEnv, {
    DATABASE_URL: database.url,
    RPC_TOKEN: 'a token of sixteen or more',
    RPC_PORT: '0',
    MARKET_SOURCE: 'replay',
    MARKET_FEED: exchange.feed,
    SIM_URL: exchange.url,
    ...over,
  });
const start = (name: string, module: typeof MarketDataModule, env: ReturnType<typeof envOf>) =>
  startService({ name, module, env, logger: createLogger(name, { level: 'fatal' }) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-service-'));
  const file = join(folder, 'hours.csv');
  const rows = Array.from({ length: 400 }, (_row, h) => `${T0 + h * HOUR_MS},100,102,99,${100 + (h % 2)},5`);
  await writeFile(file, rows.join('\n'));
  exchange = await startSimulatedExchange({ market: { file }, speed: 1, from: NOW });
  database = await testDatabase();
  service = await start('market-data', MarketDataModule, envOf());
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});
afterAll(async () => {
  await service?.close();
  await exchange?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function rpc(): Promise<RpcClient> {
  const env = envOf({ RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${service.rpcPort}` });
  const asker = await start('asker', class {} as typeof MarketDataModule, { ...env, RPC_PORT: undefined });
  cleanup.push(() => asker.close());
  return asker.app.get(RpcClient);
}

describe('the market-data service', () => {
  it('ingests from the start and answers for instruments, candles, gaps and backfills', async () => {
    const client = await rpc();
    const listed = await waitFor(
      async () => {
        const { data } = await client.call(marketDataRpc.listInstruments, {});
        return data[0]?.lastCandleAt === new Date(NOW).toISOString() ? data[0] : undefined;
      },
      { deadlineMs: 20_000, what: 'all that has closed is there' },
    );
    expect(listed).toMatchObject({
      id: DEFAULT_INSTRUMENT,
      source: 'replay',
      venue: exchange.feed,
      openGaps: 0,
    });
    const page = { instrument: DEFAULT_INSTRUMENT, interval: '1h', limit: 2 } as const;
    const candles = await client.call(marketDataRpc.listCandles, page);
    expect(candles.data.map(({ closeTime }) => Date.parse(closeTime))).toEqual([NOW - HOUR_MS, NOW]);
    const range = { from: T0, to: T0 + 10 * HOUR_MS };
    const outcome = await client.call(marketDataRpc.backfill, { ...page, ...range });
    expect(outcome).toEqual({ fetched: 10, stored: 0, corrections: 0 });
    await expect(
      client.call(marketDataRpc.backfill, { ...page, ...range, interval: '1m' }),
    ).rejects.toMatchObject({ kind: 'caller', code: 'candle.interval_not_served' });
    await expect(client.call(marketDataRpc.repairGap, { gapId: '77' })).rejects.toMatchObject({
      kind: 'caller',
      code: 'request.not_found',
    });
  });

  it('is ready while its database answers, and shows its metrics', async () => {
    const url = `http://127.0.0.1:${service.internalPort}`;
    await waitFor(async () => (await fetch(`${url}/health/ready`)).ok, { deadlineMs: 10_000, what: 'ready' });
    const text = await waitFor(
      async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return metrics.includes('market_newest_candle_age_seconds{interval="1h"') ? metrics : undefined;
      },
      { deadlineMs: 10_000, what: 'the age of the newest candle' },
    );
    expect(text).toMatch(
      /market_candles_ingested_total\{venue="replay-[0-9a-f]{8}",interval="1h",provenance="fetched"[^}]*\} 300/,
    );
  });
});

describe('the market-data service with several instruments', () => {
  it('ingests each from its own candles and answers for each', async () => {
    const eth = join(folder, 'eth.csv');
    const rows = Array.from({ length: 400 }, (_row, h) => `${T0 + h * HOUR_MS},10,12,9,${10 + (h % 2)},5`);
    await writeFile(eth, rows.join('\n'));
    const files = { 'BTC-USD': join(folder, 'hours.csv'), 'ETH-USD': eth };
    const both = await startSimulatedExchange({ market: { files }, speed: 1, from: NOW });
    cleanup.push(() => both.close());
    const settings = { MARKET_FEED: both.feed, SIM_URL: both.url, INSTRUMENTS: 'BTC-USD,ETH-USD' };
    const served = await start('market-data', MarketDataModule, envOf(settings));
    cleanup.push(() => served.close());
    const env = envOf({ RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${served.rpcPort}` });
    const asker = await start('asker', class {} as typeof MarketDataModule, { ...env, RPC_PORT: undefined });
    cleanup.push(() => asker.close());
    const client = asker.app.get(RpcClient);
    const listed = await waitFor(
      async () => {
        const { data } = await client.call(marketDataRpc.listInstruments, {});
        const isThere = ({ lastCandleAt }: (typeof data)[0]) => lastCandleAt === new Date(NOW).toISOString();
        return data.every(isThere) ? data : undefined;
      },
      { deadlineMs: 20_000, what: 'both instruments have their candles' },
    );
    expect(listed.map(({ id, base, venue }) => ({ id, base, venue }))).toEqual([
      { id: 'BTC-USD', base: 'BTC', venue: both.feed },
      { id: 'ETH-USD', base: 'ETH', venue: both.feed },
    ]);
    for (const [instrument, level] of [
      ['BTC-USD', 100],
      ['ETH-USD', 10],
    ] as const) {
      const { data } = await client.call(marketDataRpc.listCandles, { instrument, interval: '1h', limit: 2 });
      expect(data.map(({ close }) => Math.floor(close / level))).toEqual([1, 1]);
    }
    const unknown = client.call(marketDataRpc.listCandles, {
      instrument: 'SOL-USD',
      interval: '1h',
      limit: 2,
    });
    await expect(unknown).rejects.toMatchObject({ kind: 'caller', code: 'instrument.unknown' });
    const text = await (await fetch(`http://127.0.0.1:${served.internalPort}/metrics`)).text();
    expect(text).toMatch(/market_newest_candle_age_seconds\{interval="1h",instrument="ETH-USD"/);
  });
});

describe('the configuration', () => {
  it('asks for the address of the simulated exchange when a replay lacks it', () => {
    const { SIM_URL: _unset, ...env } = envOf();
    expect(() => createExchanges(env as ReturnType<typeof envOf>, DEFAULT_INSTRUMENT)).toThrow(
      /SIM_URL is missing/,
    );
  });

  it('takes instruments in their order, and names one that cannot be', () => {
    expect(envOf({ INSTRUMENTS: 'ETH-USD, BTC-USD' }).INSTRUMENTS).toEqual(['ETH-USD', 'BTC-USD']);
    expect(envOf().INSTRUMENTS).toEqual([DEFAULT_INSTRUMENT]);
    expect(() => envOf({ INSTRUMENTS: 'bitcoin' })).toThrow(/INSTRUMENTS.*must look like BTC-USD/);
    expect(() => envOf({ INSTRUMENTS: 'BTC-USD,BTC-USD' })).toThrow(/must name each instrument once/);
  });

  it('takes venues in their order of preference, and names one that it does not know', () => {
    const live = envOf({ MARKET_SOURCE: 'live', MARKET_FEED: 'live', MARKET_VENUES: 'kraken, binance' });
    expect(createExchanges(live, DEFAULT_INSTRUMENT).venues).toEqual(['kraken', 'binance']);
    expect(() => envOf({ MARKET_VENUES: 'binance,mtgox' })).toThrow(
      /MARKET_VENUES.*must be binance, coinbase, kraken/,
    );
  });
});

const built = join(repositoryRoot, 'apps', 'market-data', 'dist', 'main.js');
describeWhen(existsSync(built), 'apps/market-data is not built')('--probe', () => {
  const probe = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, [built, '--probe'], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const startedAt = performance.now();
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    const [code] = (await once(child, 'exit')) as [number];
    return { code, output, elapsedMs: performance.now() - startedAt };
  };

  /** Lets no name be resolved in the process that loads it: the machine is off the network as far as that can tell. */
  const offline = `import dns from 'node:dns';
    dns.lookup = (...args) => args.at(-1)(Object.assign(new Error('offline'), { code: 'ENOTFOUND' }));`;

  it('ends with 1 and says nothing when no exchange answers, soon and without a database', async () => {
    const load = `--import=data:text/javascript,${encodeURIComponent(offline)}`;
    const { code, output, elapsedMs } = await probe({ NODE_OPTIONS: load });
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(elapsedMs).toBeLessThan(10_000);
  });

  it('names a venue that it does not know in one line', async () => {
    const { code } = await probe({ MARKET_VENUES: 'mtgox' });
    expect(code).toBe(78);
  });
});
