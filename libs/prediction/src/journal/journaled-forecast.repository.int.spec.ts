import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { NO_LIMITS } from '@btcforecast/contracts';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastRow } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import type { NewForecast } from '../forecasts/new-forecast.js';
import { ForecastJournal } from './forecast-journal.js';
import { JournaledForecastRepository } from './journaled-forecast.repository.js';

const HORIZONS = [1, 24];

let market: TestMarket;
let folder: string;
beforeAll(async () => {
  market = await openMarket();
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-journaled-'));
});
afterAll(async () => {
  await market?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('forecasts that wait in the journal', () => {
  it('are shown beside what is stored: the newest of each horizon, by id, and its origins', async () => {
    const journal = await ForecastJournal.open({ folder: folder, maxBytes: 100_000 });
    const beside = new JournaledForecastRepository(market.dataSource, journal, market.clock, {
      refused: () => {},
    });
    const now = market.clock.now();
    const rowsOf = (origin: number, over: Partial<NewForecast> = {}) =>
      HORIZONS.map((horizonHours) =>
        forecastRow({ feed: 'demo', source: 'demo', origin, horizonHours, ...over }),
      );
    await new ForecastRepository(market.dataSource).store(rowsOf(now - 3 * HOUR_MS));
    expect(await beside.store(rowsOf(now - 2 * HOUR_MS))).toEqual(['journaled', 'journaled']);
    expect(await beside.store(rowsOf(now - 2 * HOUR_MS))).toEqual(['known', 'known']);
    await beside.store(rowsOf(now - HOUR_MS, { role: 'challenger', modelName: 'other' }));
    const { rows } = await beside.latest('demo', INSTRUMENT, [24, 1]);
    expect(
      rows.map(({ horizonHours, originAt, canonical }) => [horizonHours, originAt.getTime(), canonical]),
    ).toEqual([
      [24, now - 2 * HOUR_MS, false],
      [1, now - 2 * HOUR_MS, false],
    ]);
    expect(Object.keys(rows[0]!)).not.toContain('features');
    expect(await beside.getVisible(rows[0]!.id, NO_LIMITS)).toMatchObject({
      id: rows[0]!.id,
      canonical: false,
    });
    await expect(beside.getVisible(rows[0]!.id, { ...NO_LIMITS, horizons: ['1h'] })).rejects.toMatchObject({
      code: 'forecast.not_found',
    });
    const range = { from: now - 3 * HOUR_MS, to: now };
    expect(await beside.listOrigins('demo', INSTRUMENT, 1, range)).toEqual([
      now - 3 * HOUR_MS,
      now - 2 * HOUR_MS,
    ]);
    await journal.close();
  });
});
