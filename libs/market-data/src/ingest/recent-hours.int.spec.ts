import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulatedExchange, type Faults, type SimulatedExchange } from '@btcforecast/simulated-exchange';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { createSimulatedExchange } from '../exchange/create-exchange.js';
import { INSTRUMENT, openRig, storedCandles, type Assembled, type Rig } from '../market-data.fixture.js';
import { csvOf, lineOf, temporaryFolder, walk } from '../walk.fixture.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = walk('1h', T0, 60);
const NOW = T0 + 50 * HOUR_MS;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let exchange: SimulatedExchange;
let rig: Rig;
let marketData: Assembled;
const faults: Faults = {};

beforeAll(async () => {
  folder = await temporaryFolder();
  const file = await folder.write('hours.csv', csvOf(HOURS));
  exchange = await startSimulatedExchange({ market: { file }, speed: 1, from: NOW, faults });
  rig = await openRig();
  const { url, feed } = exchange;
  const port = () => createSimulatedExchange({ url, feed, instruments: [INSTRUMENT], venue: 'venue' });
  marketData = rig.assemble({ venues: new Map([['venue', port]]), feed, source: 'replay' });
});
afterAll(async () => {
  await rig?.close();
  await exchange?.close();
  await folder?.remove();
});

const stored = () => storedCandles(rig.dataSource, 'venue', '1h');

describe('what market-data tells while the database is away', () => {
  it('is nothing before a venue is in use, and then its hours as far as they have closed', async () => {
    await expect(marketData.recent.view(T0)).rejects.toMatchObject({
      kind: 'transient',
      code: 'market.clock_unknown',
    });
    marketData.ingestor.start();
    await waitFor(() => marketData.recent.view(), { deadlineMs: 20_000, what: 'a venue is in use' });
    await marketData.ingestor.stop(); // which would store what is told
    const { market, candles } = await marketData.recent.view(NOW - 3 * HOUR_MS);
    expect(market).toMatchObject({ venue: 'venue', instrument: INSTRUMENT, speed: 1 });
    expect(candles).toEqual(HOURS.slice(47, 50));
  });

  it('is the same for all who ask, without asking the exchange again', async () => {
    faults.reply = () => ({ status: 503, body: '{}' });
    const { candles } = await marketData.recent.view(NOW - 2 * HOUR_MS);
    expect(candles).toEqual(HOURS.slice(48, 50));
    await expect(marketData.recent.view(NOW - 5 * HOUR_MS)).rejects.toMatchObject({ kind: 'transient' });
    delete faults.reply;
  });

  it('is stored first, once that is possible', async () => {
    await rig.dataSource.query('DELETE FROM candles');
    await marketData.recent.store(marketData.intake, NOW);
    expect(await stored()).toEqual(HOURS.slice(47, 50).map(lineOf));
  });
});
