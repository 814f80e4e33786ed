import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadedModel } from '@btcforecast/forecasting';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openAliases } from '../../test/aliases.js';
import { openStore, type ForecastingOptions } from '../../test/forecasting.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { userModel } from '../../test/user-model.js';
import { referenceText } from '../registry/alias-move.js';
import { openModel } from '../registry/open-model.js';
import type { ModelStore } from './model-store.js';
import type { ModelReference } from './model-files.js';

const HAR = { name: 'har', version: 1 };
const EWMA = { name: 'ewma_rw', version: 1 };
const YEAR = { name: 'uncond_1y', version: 1 };
const NOW = Date.UTC(2025, 0, 1, 10, 7);
const EFFECTIVE = Date.UTC(2025, 0, 1, 12);

let market: TestMarket;
let parts: ReturnType<typeof openAliases>;
let stores: ModelStore[] = [];
let run = 0;
let feed: string;

const open = async (options?: ForecastingOptions) => {
  const store = await openStore(market, feed, options);
  stores.push(store);
  return store;
};
const promote = (model: ModelReference, alias: 'champion' | 'challenger' = 'champion') =>
  parts.service.promote({
    ...{ feed, instrument: INSTRUMENT, actor: 'test', reason: 'a test', override: true },
    ...model,
    alias,
  });
/** Who really does the work of an origin. */
const answers = async (store: ModelStore, origin: number) => {
  const [group] = await store.plan(INSTRUMENT, [origin]);
  return store.withChampion(group!, (model) => Promise.resolve(referenceText(model.manifest)));
};
/** Puts a version into the database that does not answer its golden rows. */
async function registerBroken(): Promise<ModelReference> {
  const { onnx, manifest } = userModel({}, 'broken');
  const golden = manifest.golden.map((row) => ({ ...row, sigma: row.sigma.map((value) => value * 2) }));
  const { version } = await parts.versions.registerNext({
    name: 'broken',
    family: 'user',
    status: 'candidate',
    onnx: Buffer.from(onnx),
    onnxSha256: manifest.onnx.sha256,
    manifest: { ...manifest, golden },
    createdAt: new Date(0),
  });
  const broken = { name: 'broken', version };
  await parts.evaluate(broken, 'technical', { feed: null });
  return broken;
}

beforeAll(async () => {
  market = await openMarket();
  parts = openAliases(market);
});
beforeEach(async () => {
  run += 1;
  feed = `replay-b${String(run).padStart(7, '0')}`;
  await setFeed(market, { feed, venue: feed, eventAt: NOW });
});
afterEach(async () => {
  for (const store of stores) await store.onApplicationShutdown();
  stores = [];
  market.clock.advance(1_000);
});
afterAll(() => market?.close());

describe('ModelStore', () => {
  it('loads the configured champion, and says on what forecasts are computed', async () => {
    const store = await open();
    expect(store.loaded).toEqual(['har@1']);
    expect(store.runtime).toMatchObject({ onnxruntime: '1.30.0', arch: process.arch });
    expect(await answers(store, EFFECTIVE)).toBe('har@1');
  });

  it('answers for an instrument that the champion was not trained on with the base model', async () => {
    const store = await open({ base: 'uncond_1y@1' });
    expect((await store.assignmentAt('ETH-USD', EFFECTIVE)).champion).toEqual(YEAR);
    expect((await store.assignmentAt(INSTRUMENT, EFFECTIVE)).champion).toEqual(HAR);
    const without = await open();
    expect((await without.assignmentAt('ETH-USD', EFFECTIVE)).champion).toEqual(HAR);
  });

  it('answers for every instrument with a baseline, which was trained on none', async () => {
    const store = await open({ champion: 'ewma_rw@1', base: 'uncond_1y@1' });
    expect((await store.assignmentAt('ETH-USD', EFFECTIVE)).champion).toEqual(EWMA);
  });

  it('does not start without the base model of the configuration', async () => {
    await expect(open({ base: 'har@77' })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('divides origins at the one from which a promotion takes effect', async () => {
    const store = await open();
    await promote(EWMA);
    const origins = [-2, -1, 0, 1].map((hours) => EFFECTIVE + hours * HOUR_MS);
    const groups = await store.plan(INSTRUMENT, origins);
    expect(groups.map(({ champion, challenger, origins: own }) => [champion, challenger, own])).toEqual([
      [HAR, null, origins.slice(0, 2)],
      [EWMA, HAR, origins.slice(2)],
    ]);
  });

  it('loads a promoted version ahead beside the old one, and lets go of what answers no more', async () => {
    const swaps: string[] = [];
    const watch = {
      swapped: (_instrument: string, from: ModelReference, to: ModelReference) =>
        void swaps.push(`${from.name} ${to.name}`),
    };
    const store = await open({ watch });
    await answers(store, EFFECTIVE - HOUR_MS);
    await promote(EWMA);
    await store.refresh(); // as the poll does when the event was lost
    expect(store.loaded.sort()).toEqual(['ewma_rw@1', 'har@1']);
    expect(await answers(store, EFFECTIVE - HOUR_MS)).toBe('har@1');
    expect(await answers(store, EFFECTIVE)).toBe('ewma_rw@1');
    expect(swaps).toEqual(['har ewma_rw']);
    await promote(YEAR, 'challenger');
    await answers(store, EFFECTIVE);
    await store.refresh();
    expect(store.loaded.sort()).toEqual(['ewma_rw@1', 'uncond_1y@1']);
  });

  it('switches at the right origin although it heard of nothing', async () => {
    const store = await open();
    await promote(EWMA);
    expect(await answers(store, EFFECTIVE)).toBe('ewma_rw@1');
    expect(await answers(store, EFFECTIVE - HOUR_MS)).toBe('har@1'); // an old origin is made up for
  });

  it('goes on with whoever was promoted after a restart', async () => {
    await open();
    await promote(EWMA);
    const restarted = await open();
    expect(restarted.loaded.sort()).toEqual(['ewma_rw@1', 'har@1']);
    expect(await answers(restarted, EFFECTIVE)).toBe('ewma_rw@1');
  });

  it('keeps the old version when the new one does not answer its golden rows, and says so', async () => {
    const failed: string[] = [];
    const watch = { failed: (model: ModelReference) => void failed.push(referenceText(model)) };
    const store = await open({ watch });
    const broken = await registerBroken();
    await promote(broken);
    await store.refresh();
    const reference = referenceText(broken);
    expect(failed).toEqual([reference]);
    expect(store.failing).toEqual([{ model: reference, reason: expect.stringMatching(/golden row 0 gives/) }]);
    expect(await answers(store, EFFECTIVE)).toBe('har@1');
    expect(await answers(store, EFFECTIVE + HOUR_MS)).toBe('har@1');
    expect(failed).toHaveLength(1); // it is not loaded again at each origin
    await store.refresh();
    expect(store.loaded).toEqual(['har@1']);
    await parts.service.rollBack({ feed, instrument: INSTRUMENT, actor: 'test', reason: 'a test', ...broken });
    await answers(store, EFFECTIVE);
    await store.refresh();
    expect(store.failing).toEqual([]);
  });

  it('takes a version that could not be loaded once it can be', async () => {
    let away = true;
    const store = await open({
      open: (files) =>
        away && files.manifest.name === 'ewma_rw'
          ? Promise.reject(new Error('no memory'))
          : openModel(files, files.status),
    });
    await promote(EWMA);
    expect(await answers(store, EFFECTIVE)).toBe('har@1');
    away = false;
    expect(await answers(store, EFFECTIVE + HOUR_MS)).toBe('har@1');
    market.clock.advance(15_000);
    expect(await answers(store, EFFECTIVE + 2 * HOUR_MS)).toBe('ewma_rw@1');
    expect(store.failing).toEqual([]);
  });

  it('gives the work of a version that fails at it to its predecessor', async () => {
    const dies = (model: LoadedModel): LoadedModel => ({
      manifest: model.manifest,
      release: () => model.release(),
      predict: () => Promise.reject(new Error('its process ended')),
    });
    const store = await open({
      open: async (files) => {
        const model = await openModel(files, files.status);
        return files.manifest.name === 'ewma_rw' ? dies(model) : model;
      },
    });
    await promote(EWMA);
    const [group] = await store.plan(INSTRUMENT, [EFFECTIVE]);
    const asked: string[] = [];
    await store.withChampion(group!, (model) => {
      asked.push(model.manifest.name);
      return model.predict([]);
    });
    expect(asked).toEqual(['ewma_rw', 'har']);
    expect(store.failing).toEqual([{ model: 'ewma_rw@1', reason: 'its process ended' }]);
  });

  it('does not take a failure of the work for one of the model', async () => {
    const store = await open();
    const [group] = await store.plan(INSTRUMENT, [EFFECTIVE]);
    const work = () => Promise.reject(new RangeError('no such candle'));
    await expect(store.withChampion(group!, work)).rejects.toThrow(RangeError);
    expect(store.failing).toEqual([]);
  });
});
