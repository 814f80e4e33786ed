import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CandleReader } from '@btcforecast/candle-reader';
import type { RpcClient } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { LocalMarket } from './local-market.js';
import { LocalCandleReader, LocalMarketFeedReader } from './local-market.readers.js';

const END = Date.UTC(2025, 0, 3);
const HOURS = 40;
const RUNS = Number(process.env['JOURNAL_RUNS'] ?? 40);
const ALL = syntheticCandles(END, HOURS);

let market: TestMarket;
let venues = 0;
beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market?.close());

/** market-data as it answers for a venue: whatever it has from the first hour asked for on. */
function localMarket(venue: string, had: readonly { openTime: number }[]): LocalMarket {
  const call = (_message: unknown, { from }: { from?: number }) =>
    Promise.resolve({
      market: { feed: 'live', instrument: INSTRUMENT, venue },
      candles: from === undefined ? [] : had.filter(({ openTime }) => openTime >= from),
    });
  return new LocalMarket({ call } as unknown as RpcClient, market.clock);
}

describe('the candles of a region that is cut off', () => {
  it('are those that a database with all of them would give, wherever the replica ends, and none after the end that is asked', async () => {
    const hour = fc.integer({ min: 1, max: HOURS - 1 });
    await fc.assert(
      fc.asyncProperty(
        hour,
        hour,
        fc.nat(HOURS),
        fc.nat(HOURS),
        fc.integer({ min: 1, max: 30 }),
        async (...given) => {
          const [stored, hole, until, since, slots] = given;
          const [venue, whole] = [`part-${(venues += 1)}`, `whole-${venues}`];
          // A hole in what the replica has is one everywhere: nothing else is asked about it.
          const without = ALL.filter((_, i) => i !== hole || i >= stored - 1);
          await insertHourly(market, whole, without);
          await insertHourly(
            market,
            venue,
            without.filter(({ openTime }) => openTime < ALL[stored]!.openTime),
          );
          const local = new LocalCandleReader(market.dataSource, localMarket(venue, ALL));
          const direct = new CandleReader(market.dataSource);
          const at = (n: number) => END - (HOURS - n) * HOUR_MS;
          const ask = async (reader: CandleReader, name: string) => {
            const series = { instrument: INSTRUMENT, venue: name, interval: '1h' } as const;
            return [
              await reader.window({ ...series, until: at(until), slots }),
              await reader.closedSince(series, at(since), at(until)),
              await reader.newestCloseTime(series, at(until)),
              await reader.newestCloseTime(series),
            ];
          };
          expect(await ask(local, venue)).toEqual(await ask(direct, whole));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('are not mixed with those of another venue, nor made of nothing', async () => {
    const series = { instrument: INSTRUMENT, venue: 'mine', interval: '1h' } as const;
    const other = new LocalCandleReader(market.dataSource, localMarket('other', ALL));
    const own = new LocalCandleReader(market.dataSource, localMarket('mine', ALL));
    expect(await own.newestCloseTime(series)).toBeNull();
    await insertHourly(market, 'mine', ALL.slice(0, 5));
    expect(await other.newestCloseTime(series)).toBe(ALL[4]!.openTime + HOUR_MS);
    expect(await own.newestCloseTime(series)).toBe(END);
  });

  it('belong to the market that is asked about', async () => {
    const reader = new LocalMarketFeedReader(market.dataSource, localMarket('mine', ALL));
    expect(await reader.feed('live', INSTRUMENT)).toMatchObject({ venue: 'mine' });
    expect(await reader.feed('demo', INSTRUMENT)).toBeNull();
  });
});
