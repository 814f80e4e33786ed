import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { forecastRow } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { ForecastRepository, type StoreOutcome } from '../forecasts/forecast.repository.js';
import type { NewForecast } from '../forecasts/new-forecast.js';
import { ForecastJournal } from './forecast-journal.js';
import { JournaledForecastRepository } from './journaled-forecast.repository.js';
import { JournalReplay } from './journal-replay.js';

const RUNS = Number(process.env['JOURNAL_RUNS'] ?? 40);
const HORIZONS = [1, 24];
/** Too little for more than some ten origins. */
const ROOM = 25_000;

let market: TestMarket;
let folder: string;
let feeds = 0;
beforeAll(async () => {
  market = await openMarket();
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-replay-'));
});
afterAll(async () => {
  await market?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The process dies when so many commits have been made, before anybody could note that they were. */
class DyingRepository extends ForecastRepository {
  commitsLeft = Infinity;

  override async store(forecasts: readonly NewForecast[]): Promise<StoreOutcome[]> {
    const outcomes = await super.store(forecasts);
    this.commitsLeft -= 1;
    if (this.commitsLeft < 0) throw new Error('killed after the commit');
    return outcomes;
  }
}

/** A region with its journal; it is cut off from the database or not. */
class Region {
  isCut = false;
  refused = 0;
  readonly outcomes: StoreOutcome[] = [];
  readonly issued = new Set<string>();
  readonly #primary = new DyingRepository(market.dataSource);

  private constructor(
    private readonly name: string,
    private readonly feed: string,
    private journal: ForecastJournal,
  ) {}

  static async open(feed: string, name: string): Promise<Region> {
    return new Region(name, feed, await Region.#journal(feed, name));
  }

  static #journal(feed: string, name: string): Promise<ForecastJournal> {
    return ForecastJournal.open({ folder: join(folder, `${feed}-${name}`), maxBytes: ROOM });
  }

  get waiting(): number {
    return this.journal.waiting.length;
  }

  async issue(origin: number, venue: string): Promise<void> {
    const rows = HORIZONS.map((horizonHours) =>
      forecastRow({
        feed: this.feed,
        origin,
        horizonHours,
        venue: `${venue} ${this.feed}`,
        region: this.name,
      }),
    );
    const place = this.isCut ? this.#beside() : this.#primary;
    const failure = await place.store(rows).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) for (const { id } of rows) this.issued.add(id);
    else expect(failure).toMatchObject({ code: 'forecast.journal_full' });
  }

  /** @param commits after so many the process dies; it starts again by itself */
  async replay(commits = Infinity): Promise<void> {
    if (this.isCut) return;
    this.#primary.commitsLeft = commits;
    const clock = new MarketClockReader(new MarketFeedReader(market.dataSource), market.clock);
    const watch = {
      replayed: (outcomes: readonly StoreOutcome[]) => void this.outcomes.push(...outcomes),
      setAside: () => expect('nothing').toBe('set aside'),
      refused: () => {},
    };
    await new JournalReplay(this.journal, this.#primary, clock, market.events, settingsOf(this.feed), watch)
      .run()
      .catch(() => this.crash(''));
    this.#primary.commitsLeft = Infinity;
  }

  async crash(torn: string): Promise<void> {
    await this.journal.close();
    await appendFile(join(folder, `${this.feed}-${this.name}`, 'forecasts.journal'), torn);
    this.journal = await Region.#journal(this.feed, this.name);
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  #beside(): JournaledForecastRepository {
    const watch = { refused: () => void (this.refused += 1) };
    return new JournaledForecastRepository(market.dataSource, this.journal, market.clock, watch);
  }
}

const settingsOf = (feed: string) => new FeedSettings(feed, 'live', 'here');

const stored = (feed: string) =>
  market.dataSource.query<
    { id: string; origin: number; horizon: number; canonical: boolean; timeliness: string }[]
  >(
    `SELECT id, date_part('epoch', origin_at) * 1000 AS origin, horizon_hours AS horizon, canonical, timeliness
     FROM forecasts WHERE feed = $1 ORDER BY origin_at, horizon_hours, canonical DESC, id`,
    [feed],
  );

const region = fc.nat(1);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('issue' as const),
      region,
      origin: fc.nat(6),
      other: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), region, isCut: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replay' as const),
      region,
      commits: fc.constantFrom(0, 1, 2, Infinity),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      region,
      torn: fc.constantFrom('', 'half a line'),
    }),
  },
);

describe('the replay of the journal', () => {
  it('ends with one canonical forecast for each origin and each issued one once, whoever was cut off or died when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const feed = `replay-${String((feeds += 1)).padStart(8, '0')}`;
        const now = market.clock.now();
        const origins = Array.from({ length: 7 }, (_, n) => now - (7 - n) * HOUR_MS);
        await market.dataSource.query(
          `INSERT INTO market_feeds VALUES ($1, $2, 'replay', 'v', '1h', $3, $3, 0)`,
          [feed, INSTRUMENT, new Date(now)],
        );
        const regions = [await Region.open(feed, 'one'), await Region.open(feed, 'two')];
        for (const each of steps) {
          const at = regions[each.region]!;
          if (each.kind === 'issue') await at.issue(origins[each.origin]!, each.other ? 'other' : 'same');
          else if (each.kind === 'cut') at.isCut = each.isCut;
          else if (each.kind === 'replay') await at.replay(each.commits);
          else await at.crash(each.torn);
        }
        for (const each of regions) {
          each.isCut = false;
          await each.replay();
          await each.replay();
          expect(each.waiting).toBe(0);
          await each.close();
        }
        const rows = await stored(feed);
        const issued = new Set(regions.flatMap((each) => [...each.issued]));
        expect(new Set(rows.map(({ id }) => id))).toEqual(issued);
        expect(rows).toHaveLength(issued.size);
        const places = Map.groupBy(rows, ({ origin, horizon }) => `${origin} ${horizon}`);
        for (const place of places.values())
          expect(place.filter(({ canonical }) => canonical)).toHaveLength(1);
        const byOrigin = Map.groupBy(rows, ({ origin }) => origin);
        for (const of of byOrigin.values()) expect(of.length % HORIZONS.length).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('judges a forecast by when it arrives, whenever it says that it was issued', async () => {
    const feed = 'live';
    const origin = market.clock.now() - 2 * HOUR_MS;
    const one = await Region.open(feed, 'late');
    one.isCut = true;
    await one.issue(origin, 'late'); // a second after its origin, as it says
    await one.issue(market.clock.now() - HOUR_MS / 2, 'late');
    one.isCut = false;
    await one.replay();
    expect((await stored(feed)).map(({ horizon, timeliness }) => [horizon, timeliness])).toEqual([
      [1, 'backfilled'],
      [24, 'late'],
      [1, 'on_time'],
      [24, 'on_time'],
    ]);
    expect(one.outcomes).toEqual(Array(4).fill('canonical'));
    await one.close();
  });

  it('puts aside what the database never takes, and brings the rest', async () => {
    const journal = await ForecastJournal.open({ folder: join(folder, 'refused'), maxBytes: 100_000 });
    const [bad, good] = [{ instrument: 'NO-SUCH' }, { venue: 'after' }].map((each) =>
      forecastRow({ ...each, feed: 'live', origin: market.clock.now() - 5 * HOUR_MS }),
    );
    for (const forecast of [bad!, good!]) await journal.append({ writtenAt: 1, forecasts: [forecast] });
    const aside: unknown[] = [];
    const primary = new ForecastRepository(market.dataSource);
    const clock = new MarketClockReader(new MarketFeedReader(market.dataSource), market.clock);
    const watch = {
      replayed: () => {},
      refused: () => {},
      setAside: (entry: unknown) => void aside.push(entry),
    };
    await new JournalReplay(journal, primary, clock, market.events, settingsOf('live'), watch).run();
    expect(aside).toEqual([{ writtenAt: 1, forecasts: [bad] }]);
    expect(journal.waiting).toEqual([]);
    expect(await primary.findById(good!.id)).not.toBeNull();
    await journal.close();
  });

  it('keeps no market waiting for one whose clock is unknown, and calls what nobody can date backfilled', async () => {
    const journal = await ForecastJournal.open({ folder: join(folder, 'clocks'), maxBytes: 100_000 });
    const origin = market.clock.now() - HOUR_MS / 4;
    const feed = 'replay-c10c0000';
    const [unknown, gone, known] = [
      { feed, instrument: 'ETH-USD' },
      { feed: 'replay-90e00000' },
      { feed, venue: 'known' },
    ].map((each) => forecastRow({ venue: 'clocks', ...each, source: 'replay', origin }));
    for (const forecast of [unknown!, gone!, known!])
      await journal.append({ writtenAt: 1, forecasts: [forecast] });
    await market.dataSource.query(
      `INSERT INTO market_feeds VALUES ($1, $2, 'replay', 'v', '1h', $3, $3, 0)`,
      [feed, INSTRUMENT, new Date(market.clock.now())],
    );
    const primary = new ForecastRepository(market.dataSource);
    const clock = new MarketClockReader(new MarketFeedReader(market.dataSource), market.clock);
    const watch = { replayed: () => {}, refused: () => {}, setAside: () => {} };
    await new JournalReplay(journal, primary, clock, market.events, settingsOf(feed), watch).run();
    expect(journal.waiting.map(({ forecasts }) => forecasts[0]!.id)).toEqual([unknown!.id]);
    expect((await primary.findById(gone!.id))!.timeliness).toBe('backfilled');
    expect((await primary.findById(known!.id))!.timeliness).toBe('on_time');
    await journal.close();
  });
});
