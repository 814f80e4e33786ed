import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventOf } from '@btcforecast/contracts';
import { ForecastEntity } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openAliases } from '../../test/aliases.js';
import { openForecasting, type Forecasting, type ForecastingOptions } from '../../test/forecasting.js';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import type { ModelReference } from '../models/model-files.js';
import { openModel } from '../registry/open-model.js';

const EWMA = { name: 'ewma_rw', version: 1 };
const YEAR = { name: 'uncond_1y', version: 1 };
/** The last hour of the training span of the shipped models. */
const TRAINED_UNTIL = Date.UTC(2024, 5, 13);
const START = Date.UTC(2025, 0, 1);
const at = (hours: number) => START + hours * HOUR_MS;
/** A move made some minutes after START takes effect here. */
const EFFECTIVE = at(2);
const HOURS = [1, 4, 24, 168];

let market: TestMarket;
let parts: ReturnType<typeof openAliases>;
let opened: Forecasting[] = [];
let run = 0;
let feed: string;

const open = async (options?: ForecastingOptions) => {
  const forecasting = await openForecasting(market, new FeedSettings(feed, 'replay', 'test'), options);
  opened.push(forecasting);
  return forecasting;
};
const setNow = (eventAt: number) => setFeed(market, { feed, venue: feed, eventAt });
const who = () => ({ feed, instrument: INSTRUMENT, actor: 'test', reason: 'a test' });
const promote = (model: ModelReference, alias: 'champion' | 'challenger') =>
  parts.service.promote({ ...who(), ...model, alias, override: true });
const stored = (role?: 'champion' | 'challenger') =>
  market.dataSource.getRepository(ForecastEntity).find({
    where: { feed, ...(role ? { role } : {}) },
    order: { originAt: 'ASC', role: 'DESC', horizonHours: 'ASC' },
  });
/** What stands at each origin, in words. */
const table = async () =>
  [
    ...Map.groupBy(
      await stored(),
      ({ originAt, role }) => `${(originAt.getTime() - START) / HOUR_MS} ${role}`,
    ),
  ].map(([key, rows]) => [key, rows.length, ...new Set(rows.map(({ modelName }) => modelName))]);

beforeAll(async () => {
  market = await openMarket();
  parts = openAliases(market);
});
beforeEach(async () => {
  run += 1;
  feed = `replay-c${String(run).padStart(7, '0')}`;
  await insertHourly(market, feed, syntheticCandles(at(6), 3_000));
  await setNow(at(0) + 60_000);
});
afterEach(async () => {
  for (const { models } of opened) await models.onApplicationShutdown();
  opened = [];
  market.clock.advance(1_000);
});
afterAll(() => market?.close());

describe('ForecastIssuer', () => {
  it('lets the challenger answer the same origins beside the champion, in rows that never count', async () => {
    const { issuer } = await open();
    await promote(YEAR, 'challenger');
    await setNow(at(3) + 60_000);
    const report = await issuer.issue(feed, INSTRUMENT, [at(1), at(2), at(3)]);
    expect(report.challengerFailures).toEqual([]);
    expect(
      Object.groupBy(report.issued, ({ role }) => role).challenger?.map(({ outcome }) => outcome),
    ).toEqual(Array(8).fill('shadow'));
    expect(await table()).toEqual([
      ['1 champion', 4, 'har'],
      ['2 champion', 4, 'har'],
      ['2 challenger', 4, 'uncond_1y'],
      ['3 champion', 4, 'har'],
      ['3 challenger', 4, 'uncond_1y'],
    ]);
    for (const row of await stored('challenger')) {
      expect(row).toMatchObject({ canonical: false, inSample: false, price: expect.any(Number) });
      expect(row.logReturnQuantiles).toEqual(row.baselines.uncond_1y);
    }
    await issuer.issue(feed, INSTRUMENT, [at(2), at(3)]);
    expect(await stored()).toHaveLength(20); // again stores nothing new
  });

  it('gives the champion’s forecasts the same bits with a challenger as without', async () => {
    const { issuer, make } = await open();
    await promote(YEAR, 'challenger');
    await setNow(EFFECTIVE + 60_000);
    await issuer.issue(feed, INSTRUMENT, [EFFECTIVE]);
    const { made } = await make({ venue: feed, origins: [EFFECTIVE] });
    const rows = await stored('champion');
    expect(rows.map(({ logReturnQuantiles }) => logReturnQuantiles)).toEqual(
      made.map(({ quantiles }) => quantiles),
    );
    expect(rows.map(({ baselines }) => baselines)).toEqual(made.map(({ baselines }) => baselines));
  });

  it('says of each model whether the origin lies in its own training span', async () => {
    const { issuer } = await open();
    const venue = `${feed}-old`;
    await insertHourly(market, venue, syntheticCandles(TRAINED_UNTIL, 3_000));
    await setFeed(market, { feed, venue, eventAt: TRAINED_UNTIL - 2 * HOUR_MS });
    await promote(YEAR, 'challenger');
    await setFeed(market, { feed, venue, eventAt: TRAINED_UNTIL });
    await issuer.issue(feed, INSTRUMENT, [TRAINED_UNTIL]);
    const rows = await stored();
    const spans = await Promise.all(
      rows.map(async ({ modelName }) => (await parts.versions.findManifest(modelName, 1))!.trainingSpan.to),
    );
    expect(rows).toHaveLength(8);
    expect(rows.map(({ inSample }) => inSample)).toEqual(spans.map((to) => TRAINED_UNTIL <= Date.parse(to)));
  });

  it.each([
    ['cannot be loaded', 'load'],
    ['fails while it runs', 'run'],
  ])(
    'leaves the champion’s forecasts as they are when the challenger %s, and says so',
    async (_how, where) => {
      const { issuer } = await open({
        open: async (files) => {
          const bad = files.manifest.name === 'uncond_1y';
          if (bad && where === 'load') throw new Error('out of memory');
          const model = await openModel(files, files.status);
          if (!bad) return model;
          const predict = () => Promise.reject(new Error('out of memory'));
          return { manifest: model.manifest, release: () => model.release(), predict };
        },
      });
      await promote(YEAR, 'challenger');
      await setNow(at(3) + 60_000);
      const report = await issuer.issue(feed, INSTRUMENT, [at(2), at(3)]);
      expect(report.failures).toEqual([]);
      expect(report.challengerFailures).toEqual([
        { model: 'uncond_1y@1', origins: [at(2), at(3)], reason: 'out of memory' },
      ]);
      expect(await table()).toEqual([
        ['2 champion', 4, 'har'],
        ['3 champion', 4, 'har'],
      ]);
    },
  );

  it('names the origins that only the challenger cannot answer', async () => {
    const { issuer } = await open({
      open: async (files) => {
        const model = await openModel(files, files.status);
        if (files.manifest.name !== 'uncond_1y') return model;
        return {
          manifest: model.manifest,
          release: () => model.release(),
          predict: async (inputs) =>
            (await model.predict(inputs)).map((answer, i) =>
              inputs[i]!.origin === at(2) ? { ...answer, sigma: answer.sigma.map(() => NaN) } : answer,
            ),
        };
      },
    });
    await promote(YEAR, 'challenger');
    await setNow(at(3) + 60_000);
    const { challengerFailures } = await issuer.issue(feed, INSTRUMENT, [at(2), at(3)]);
    expect(challengerFailures).toEqual([
      { model: 'uncond_1y@1', origins: [at(2)], reason: expect.stringContaining('no numbers') },
    ]);
    expect(await table()).toEqual([
      ['2 champion', 4, 'har'],
      ['3 champion', 4, 'har'],
      ['3 challenger', 4, 'uncond_1y'],
    ]);
  });

  it('switches two instances at the same origin, whatever either has heard', async () => {
    const [one, other] = [await open(), await open()];
    await promote(EWMA, 'champion');
    await one.models.refresh(); // the other lost the event, and has not polled yet
    for (const hours of [0, 1, 2, 3, 4]) {
      await setNow(at(hours) + 60_000);
      const both = [one, other].map(({ issuer }) => issuer.issue(feed, INSTRUMENT, [at(hours)]));
      for (const { issued } of await Promise.all(both)) {
        expect(issued.filter(({ outcome }) => outcome === 'variant')).toEqual([]);
      }
    }
    expect(await table()).toEqual([
      ['0 champion', 4, 'har'],
      ['1 champion', 4, 'har'],
      ...[2, 3, 4].flatMap((hours) => [
        [`${hours} champion`, 4, 'ewma_rw'],
        [`${hours} challenger`, 4, 'har'],
      ]),
    ]);
  });

  it('answers missed origins with whoever was champion there', async () => {
    const catchUp = async () =>
      (await open()).catchUp().run({ feed, instrument: INSTRUMENT, reach: 'all' }, () => {});
    const venue = `${feed}-slow`;
    const candles = syntheticCandles(at(6), 3_000);
    await insertHourly(market, venue, candles.slice(0, -6));
    await setFeed(market, { feed, venue, eventAt: at(0) + 60_000 });
    await catchUp();
    await promote(EWMA, 'champion');
    await insertHourly(market, venue, candles);
    await setFeed(market, { feed, venue, eventAt: at(6) + 60_000 });
    await catchUp();
    const champions = (await table()).filter(([key]) => String(key).endsWith('champion'));
    expect(champions).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((hours) => [`${hours} champion`, 4, hours < 2 ? 'har' : 'ewma_rw']),
    );
  });

  it('shows a challenger’s forecast to the canary’s share of callers, one model in each answer', async () => {
    const { issuer, forecasts } = await open();
    await promote(YEAR, 'challenger');
    await parts.service.startCanary({ ...who(), ...YEAR, share: 0.2 });
    const heard: EventOf<'forecast.issued'>[] = [];
    const subscription = market.events.subscribe('forecast.issued', (event) => {
      if (event.feed === feed) heard.push(event);
    });
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    const latest = async (bucket?: number) => {
      const rows = await forecasts.listLatest(feed, INSTRUMENT, HOURS, { bucket });
      expect(rows.map(({ horizonHours }) => horizonHours)).toEqual(HOURS);
      expect(new Set(rows.map(({ originAt }) => originAt.getTime())).size).toBe(1);
      return [...new Set(rows.map(({ modelName, role }) => `${modelName} ${role}`))];
    };
    await setNow(at(1) + 60_000);
    await issuer.issue(feed, INSTRUMENT, [at(1)]);
    expect(await latest(0.1)).toEqual(['har champion']); // not in effect yet
    await setNow(EFFECTIVE + 60_000);
    await issuer.issue(feed, INSTRUMENT, [EFFECTIVE]);
    expect(await Promise.all([undefined, 0, 0.1, 0.199, 0.2, 0.9].map(latest))).toEqual(
      ['har champion', ...Array(3).fill('uncond_1y challenger'), ...Array(2).fill('har champion')].map(
        (text) => [text],
      ),
    );
    await waitFor(() => heard.length === 3, { deadlineMs: 5_000, what: 'three events' });
    subscription.unsubscribe();
    expect(heard.map(({ modelVersion }) => modelVersion)).toEqual(['har@1', 'har@1', 'uncond_1y@1']);
    const without = await open({
      open: (files) =>
        files.manifest.name === 'uncond_1y'
          ? Promise.reject(new Error('out of memory'))
          : openModel(files, files.status),
    });
    await setNow(at(3) + 60_000);
    await without.issuer.issue(feed, INSTRUMENT, [at(3)]);
    expect(await latest(0.1)).toEqual(['har champion']); // the newest origin, though the challenger has an older one
  });
});
