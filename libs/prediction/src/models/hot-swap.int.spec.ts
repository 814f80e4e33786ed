import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { shippedModels } from '../../test/forecasting.js';
import { INSTRUMENT, insertHourly, openMarket, setFeed, syntheticCandles } from '../../test/market.js';

const program = join(repositoryRoot, 'libs/prediction/test/hot-swap.process.mjs');
const built = join(repositoryRoot, 'libs/prediction/dist/index.js');
const feed = 'replay-000000d0';
const START = Date.UTC(2025, 0, 1);
/** As the supervisor starts prediction, and a way to ask for a collection before memory is read. */
const FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=256', '--expose-gc'];
const WARM_UP = 100;
/** The bar is for a thousand, `HOT_SWAPS=1000`; a leak of some 50 kB a swap shows in these as well. */
const SWAPS = Number(process.env.HOT_SWAPS ?? 200);

interface Report {
  readonly loadsInRun: number;
  readonly failures: number;
  readonly swapped: number;
  readonly calls: number;
  readonly reads: number;
  readonly issued: number;
  /** Resident memory, MB. */
  readonly before: number;
  readonly after: number;
  readonly samples: readonly number[];
  readonly problems: readonly string[];
}

describeWhen(existsSync(built), 'libs/prediction is not built: npm run build')('hundreds of hot swaps', () => {
  it('under load fail no call, mix no versions and cost no memory', async () => {
    const market = await openMarket();
    try {
      const hours = WARM_UP + SWAPS + 1;
      await insertHourly(market, feed, syntheticCandles(START + hours * HOUR_MS, 2_400 + hours));
      await setFeed(market, { feed, venue: feed, eventAt: START });
      const question = {
        url: market.url,
        feed,
        instrument: INSTRUMENT,
        models: shippedModels,
        start: START,
        origins: [START],
        warmUp: WARM_UP,
        swaps: SWAPS,
        issueEvery: 20,
      };
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...FLAGS, program, JSON.stringify(question)],
        { env: { PATH: process.env.PATH }, timeout: 580_000, cwd: repositoryRoot },
      );
      const report = JSON.parse(stdout) as Report;
      expect(report.problems).toEqual([]);
      expect(report.failures).toBe(0);
      expect(report.swapped).toBeGreaterThan(SWAPS * 0.9); // seen by the calls; some fall between two of them
      expect(report.loadsInRun).toBeGreaterThan(SWAPS * 0.5);
      expect(report.calls).toBeGreaterThan(SWAPS);
      expect(report.reads).toBeGreaterThan(SWAPS);
      expect(report.after).toBeLessThan(report.before * 1.05);
    } finally {
      await market.close();
    }
  }, 600_000);
});
