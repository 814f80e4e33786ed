import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventOf } from '@btcforecast/contracts';
import { startSimulatedExchange, type Faults, type SimulatedExchange } from '@btcforecast/simulated-exchange';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { createSimulatedExchange } from '../exchange/create-exchange.js';
import { INSTRUMENT, openRig, storedCandles, type Assembled, type Rig } from '../market-data.fixture.js';
import { csvOf, lineOf, temporaryFolder, walk } from '../walk.fixture.js';
import type { Gap } from './gap-ledger.js';

const T0 = Date.UTC(2025, 0, 1);
const HOURS = walk('1h', T0, 1_000);
const NOW = T0 + 600 * HOUR_MS;
const never = new AbortController().signal;

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

/** An exchange whose candles of the given hours are missing until the set is emptied; it runs in real time. */
async function simulate(missing: Set<number>): Promise<{ exchange: SimulatedExchange; faults: Faults }> {
  const faults: Faults = {
    candles: (candles) => candles.filter(({ openTime }) => !missing.has((openTime - T0) / HOUR_MS)),
  };
  const exchange = await startSimulatedExchange({ market: { file }, speed: 1, from: NOW, faults });
  cleanup.push(() => exchange.close());
  rig = await openRig();
  cleanup.push(() => rig.close());
  return { exchange, faults };
}

function assemble(
  { url, feed }: SimulatedExchange,
  given: { works?: boolean; gapAttempts?: number } = {},
): Assembled {
  const create = () => createSimulatedExchange({ url, feed, instruments: [INSTRUMENT] });
  const { works = false, gapAttempts = 3 } = given;
  const options = { gapAttempts };
  return rig.assemble({ venues: new Map([[feed, create]]), feed, source: 'replay', options, works });
}

const gapsOf = async (assembled: Assembled) =>
  (await assembled.gaps.ledger.list({ limit: 100 })).toSorted((a, b) => a.from - b.from);
const hoursOf = ({ from, to, state }: Gap) => [(from - T0) / HOUR_MS, (to - T0) / HOUR_MS, state];

/** Runs ingestion until the history is there and what it lacks has been entered. */
async function ingestUntil(assembled: Assembled, openGaps: number): Promise<Gap[]> {
  assembled.ingestor.start();
  return waitFor(
    async () => {
      const gaps = await gapsOf(assembled);
      return gaps.length >= openGaps && assembled.ingestor.activeVenue ? gaps : undefined;
    },
    { deadlineMs: 20_000, what: `${openGaps} gaps` },
  );
}

describe('the gap ledger', () => {
  it('enters what is missing within the history, tells of it, and has it repaired when the venue has it again', async () => {
    const missing = new Set([100, 101, 102, 300]);
    const { exchange } = await simulate(missing);
    const marketData = assemble(exchange, { works: true, gapAttempts: 1_000 });
    const events: EventOf<'gap.opened'>[] = [];
    marketData.events.subscribe('gap.closed', (event) => void events.push(event));
    const gaps = await ingestUntil(marketData, 2);
    expect(gaps.map(hoursOf)).toEqual([
      [100, 103, 'open'],
      [300, 301, 'open'],
    ]);
    missing.clear();
    await waitFor(async () => (await gapsOf(marketData)).every(({ state }) => state === 'repaired'), {
      deadlineMs: 20_000,
      what: 'both gaps are repaired',
    });
    expect((await storedCandles(rig.dataSource, exchange.feed, '1h')).slice(0, 600)).toEqual(
      HOURS.slice(0, 600).map(lineOf),
    );
    await waitFor(() => events.length >= 2, { deadlineMs: 5_000, what: 'two events' });
    expect(new Set(events.map(({ gapId }) => gapId))).toEqual(new Set(gaps.map(({ id }) => id)));
  });

  it('narrows a gap to what is still missing, and splits it', async () => {
    const missing = new Set([100, 101, 102, 103, 104]);
    const { exchange } = await simulate(missing);
    const marketData = assemble(exchange);
    const [gap] = await ingestUntil(marketData, 1);
    await marketData.ingestor.stop();
    missing.delete(100);
    missing.delete(102);
    expect(await marketData.repair.repair(gap!.id, never)).toEqual({ state: 'open', candles: 2 });
    expect((await gapsOf(marketData)).map(hoursOf)).toEqual([
      [101, 102, 'open'],
      [103, 105, 'open'],
    ]);
  });

  it('calls a gap unrepairable when the venue has answered often enough that it has none, and tells the operator', async () => {
    const { exchange } = await simulate(new Set([100]));
    const marketData = assemble(exchange, { gapAttempts: 3 });
    const [gap] = await ingestUntil(marketData, 1);
    await marketData.ingestor.stop();
    const states = [];
    for (let i = 0; i < 4; i++) states.push((await marketData.repair.repair(gap!.id, never)).state);
    expect(states).toEqual(['open', 'open', 'unrepairable', 'unrepairable']);
    const queue = await marketData.jobs.queue('notifications');
    const jobs = await queue.getJobs(['waiting', 'prioritized', 'delayed']);
    expect(jobs.map(({ name, data }) => [name, data])).toEqual([['announce_gap', { gapId: gap!.id }]]);
  });

  it('does not count an answer of nonsense, or none, as an answer that there are no candles', async () => {
    const missing = new Set([100]);
    const { exchange, faults } = await simulate(missing);
    const marketData = assemble(exchange, { gapAttempts: 2 });
    const [gap] = await ingestUntil(marketData, 1);
    await marketData.ingestor.stop();
    faults.reply = (path) => (path.endsWith('/klines') ? { status: 200, body: '<html></html>' } : undefined);
    for (let i = 0; i < 4; i++) await marketData.repair.repair(gap!.id, never);
    const [tried] = await gapsOf(marketData);
    expect(tried).toMatchObject({ state: 'open', attempts: 0 });
    expect(tried?.lastError).toMatch(/cannot be candles/);
    delete faults.reply;
    missing.clear();
    expect(await marketData.repair.repair(gap!.id, never)).toEqual({ state: 'repaired', candles: 1 });
  });

  it('closes a gap, even an unrepairable one, that somebody fills by other means', async () => {
    const missing = new Set([100]);
    const { exchange } = await simulate(missing);
    const marketData = assemble(exchange, { gapAttempts: 1 });
    const [gap] = await ingestUntil(marketData, 1);
    await marketData.ingestor.stop();
    expect((await marketData.repair.repair(gap!.id, never)).state).toBe('unrepairable');
    missing.clear();
    const range = { from: T0 + 90 * HOUR_MS, to: T0 + 110 * HOUR_MS };
    const outcome = await marketData.backfill.run(
      { instrument: INSTRUMENT, interval: '1h', ...range },
      never,
    );
    expect(outcome).toEqual({ fetched: 20, stored: 1, corrections: 0 });
    expect((await gapsOf(marketData)).map(({ state }) => state)).toEqual(['repaired']);
  });

  it('hands each gap to one repairer at a time, and again when that one got lost', async () => {
    const { exchange } = await simulate(new Set([100, 200]));
    const marketData = assemble(exchange);
    await ingestUntil(marketData, 2);
    await marketData.ingestor.stop();
    const { ledger } = marketData.gaps;
    const soon = Date.now() + 3_600_000;
    const taken = await Promise.all([1, 2, 3].map(() => ledger.takeDue(INSTRUMENT, soon, soon + 1_000)));
    expect(taken.flat()).toHaveLength(2);
    expect(await ledger.takeDue(INSTRUMENT, soon + 1_001, soon + 9_000)).toHaveLength(2);
  });

  it('answers for an unknown gap and an unknown instrument that there is none', async () => {
    const { exchange } = await simulate(new Set());
    const marketData = assemble(exchange);
    await expect(marketData.repair.repair('999', never)).rejects.toMatchObject({ code: 'request.not_found' });
    await expect(marketData.repair.repair("1'; DROP", never)).rejects.toMatchObject({
      code: 'request.not_found',
    });
    const request = { instrument: 'ETH-USD', interval: '1h', from: T0, to: NOW } as const;
    await expect(marketData.backfill.run(request, never)).rejects.toMatchObject({
      code: 'instrument.unknown',
    });
  });

  it('never reports a backfill complete whose time ran out', async () => {
    const { exchange } = await simulate(new Set());
    const marketData = assemble(exchange);
    const request = { instrument: INSTRUMENT, interval: '1h', from: T0, to: NOW } as const;
    await expect(marketData.backfill.run(request, AbortSignal.abort())).rejects.toMatchObject({
      kind: 'transient',
    });
  });
});
