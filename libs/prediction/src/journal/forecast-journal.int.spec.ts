import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { forecastRow } from '../../test/forecast-row.js';
import { ForecastJournal } from './forecast-journal.js';
import type { JournaledForecasts } from './journal-line.js';

const RUNS = Number(process.env['JOURNAL_RUNS'] ?? 60);
const ROOM = 1_000_000;
const ORIGIN = Date.UTC(2026, 0, 1);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'forecasts.journal');
const aside = () => readFile(join(folder, 'forecasts.aside'), 'utf8').catch(() => '');
const entry = (n: number): JournaledForecasts => ({
  writtenAt: n,
  forecasts: [1, 24].map((horizonHours) => forecastRow({ origin: ORIGIN + n * HOUR_MS, horizonHours })),
});

async function withJournal<T>(work: (journal: ForecastJournal) => Promise<T>, maxBytes = ROOM): Promise<T> {
  const journal = await ForecastJournal.open({ folder, maxBytes });
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}
const found = () => withJournal(async ({ waiting }) => [...waiting]);

describe('the journal of forecasts', () => {
  it('gives after a restart what was written, to the last bit', async () => {
    await withJournal(async (journal) => {
      for (const n of [1, 2]) await journal.append(entry(n));
    });
    expect(await found()).toEqual([entry(1), entry(2)]);
    await withJournal(async (journal) => {
      expect(journal.state).toEqual({ forecasts: 4, oldestAt: 1, bytes: (await stat(file())).size });
      expect(journal.find(entry(2).forecasts[0]!.id)).toEqual(entry(2).forecasts[0]);
    });
  });

  it('is emptied once all is settled, not before', async () => {
    await withJournal(async (journal) => {
      for (const n of [1, 2]) await journal.append(entry(n));
      const [first, second] = journal.waiting;
      await journal.settle(first!);
      expect((await stat(file())).size).toBeGreaterThan(0);
      await journal.append(entry(3));
      await journal.settle(second!);
      await journal.settle(journal.waiting[0]!);
      expect([(await stat(file())).size, journal.state.oldestAt]).toEqual([0, null]);
    });
    expect(await found()).toEqual([]);
  });

  it('refuses what it has no room for, says so, and loses nothing of the old', async () => {
    const room = 1.5 * Buffer.byteLength(JSON.stringify(entry(1)));
    await withJournal(async (journal) => {
      await journal.append(entry(1));
      await expect(journal.append(entry(2))).rejects.toMatchObject({
        kind: 'transient',
        code: 'forecast.journal_full',
      });
      expect(journal.waiting).toEqual([entry(1)]);
    }, room);
    expect(await found()).toEqual([entry(1)]);
  });

  it('puts a line that was damaged on disk aside, and goes on with the others', async () => {
    await withJournal(async (journal) => {
      for (const n of [1, 2, 3]) await journal.append(entry(n));
    });
    const lines = (await readFile(file(), 'utf8')).split('\n');
    const damaged = lines[1]!.replace('"price":100', '"price":101');
    await writeFile(file(), [lines[0], damaged, ...lines.slice(2)].join('\n'));
    expect(await found()).toEqual([entry(1), entry(3)]);
    expect(await aside()).toBe(`${damaged}\n`);
  });

  it('puts aside what the database refuses for good, so that it keeps nothing else waiting', async () => {
    await withJournal(async (journal) => {
      for (const n of [1, 2]) await journal.append(entry(n));
      await journal.setAside(journal.waiting[0]!);
      expect(journal.waiting).toEqual([entry(2)]);
    });
    expect(await aside()).toContain(entry(1).forecasts[0]!.id);
  });

  it('does not empty a file in which somebody else has written too', async () => {
    await withJournal(async (one) => {
      await withJournal(async (other) => {
        await one.append(entry(1));
        await other.append(entry(2));
        await one.settle(one.waiting[0]!);
      });
    });
    expect(await found()).toEqual([entry(1), entry(2)]);
  });

  it('holds, cut off at any byte, exactly the lines that were written whole, and takes more', async () => {
    await withJournal(async (journal) => {
      for (const n of [1, 2, 3]) await journal.append(entry(n));
    });
    const whole = await readFile(file());
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (bytes) => {
        await writeFile(file(), whole);
        await truncate(file(), bytes);
        const kept = ends.filter((end) => end <= bytes).map((_, i) => entry(i + 1));
        expect(await found()).toEqual(kept);
        await withJournal((journal) => journal.append(entry(9)));
        expect(await found()).toEqual([...kept, entry(9)]);
      }),
      { numRuns: RUNS },
    );
  });

  it('is what a list in memory would be, through any appends, settlements, torn ends and restarts', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const) }),
      fc.record({ kind: fc.constant('settle' as const), at: fc.nat(5) }),
      fc.record({ kind: fc.constant('crash' as const), torn: fc.string({ maxLength: 80 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await rm(file(), { force: true });
        let journal = await ForecastJournal.open({ folder, maxBytes: ROOM });
        let expected: JournaledForecasts[] = [];
        /** On disk until the file is emptied, though stored: brought again after a crash, which is harmless. */
        let settled: JournaledForecasts[] = [];
        for (const [n, each] of steps.entries()) {
          if (each.kind === 'append') {
            await journal.append(entry(n));
            expected.push(entry(n));
          } else if (each.kind === 'settle') {
            const [taken] = expected.splice(each.at, 1);
            if (!taken) continue;
            await journal.settle(journal.waiting[each.at]!);
            settled = expected.length === 0 ? [] : [...settled, taken];
          } else {
            await journal.close();
            await appendFile(file(), each.torn.replaceAll('\n', ''));
            journal = await ForecastJournal.open({ folder, maxBytes: ROOM });
            expected = [...expected, ...settled].sort((a, b) => a.writtenAt - b.writtenAt);
            settled = [];
          }
          expect(journal.waiting).toEqual(expected);
        }
        await journal.close();
      }),
      { numRuns: RUNS },
    );
  });
});
