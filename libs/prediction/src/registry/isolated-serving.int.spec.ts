import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openForecasting, type Forecasting } from '../../test/forecasting.js';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { openRegistry } from '../../test/registry.js';
import { userModel } from '../../test/user-model.js';
import { FeedSettings } from '../feed-settings.js';
import type { ModelReference } from '../models/model-files.js';
import { AliasRepository } from './alias.repository.js';
import { IsolatedModel, type IsolatedModelOptions } from './isolated-model.js';
import { openModel } from './open-model.js';

const ORIGIN = Date.UTC(2025, 0, 15);
const feed = 'live';
let market: TestMarket;
let forecasting: Forecasting;
let isolated: IsolatedModel | undefined;

beforeEach(async () => {
  market = await openMarket();
  await insertHourly(market, 'venue', syntheticCandles(ORIGIN + 2 * HOUR_MS, 9_000));
});
afterEach(async () => {
  await forecasting?.models.onApplicationShutdown();
  await market?.close();
});

/** Prediction with a user's model as champion from ORIGIN on. */
async function start(options: IsolatedModelOptions = {}): Promise<void> {
  forecasting = await openForecasting(market, new FeedSettings(feed, 'live', 'test'), {
    open: async (files) => {
      const model = await openModel(files, files.status, options);
      if (model instanceof IsolatedModel) isolated = model;
      return model;
    },
  });
  await openRegistry(market).register({ ...userModel(), family: 'user', status: 'uploaded' });
  await new AliasRepository(market.dataSource).move({
    ...{
      feed,
      instrument: INSTRUMENT,
      alias: 'champion',
      expectedFrom: null,
      to: { name: 'mine', version: 1 },
    },
    ...{
      share: null,
      effectiveOrigin: ORIGIN,
      actor: 'test',
      reason: 'a test',
      evaluationId: null,
      movedAt: ORIGIN,
    },
  });
}

/** Who answers at an origin, and how many forecasts it gives. */
async function answer(origin: number): Promise<[ModelReference['name'], number]> {
  const { models, maker } = forecasting;
  const [group] = await models.plan(INSTRUMENT, [origin]);
  return models.withChampion(group!, async (model) => {
    const question = {
      instrument: INSTRUMENT,
      venue: 'venue',
      origins: [origin],
      manifests: [model.manifest],
    };
    const { made } = await maker.make(model, await maker.readWindow(question));
    return [model.manifest.name, made.length];
  });
}

it('serves a user’s model from a process of its own, and another when that is gone', async () => {
  await start();
  expect(await answer(ORIGIN - HOUR_MS)).toEqual(['har', 4]);
  expect(isolated).toBeUndefined();
  expect(await answer(ORIGIN)).toEqual(['mine', 4]);
  const { pid } = isolated!;
  expect(pid).not.toBe(process.pid);
  process.kill(pid!, 'SIGKILL');
  await waitFor(() => !isolated!.isUp, { deadlineMs: 5_000, what: 'the loss is noticed' });
  expect(await answer(ORIGIN + HOUR_MS)).toEqual(['mine', 4]);
  expect(isolated!.pid).not.toBe(pid);
});

it('goes on with the model before it when a user’s model brings its process down', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'btcforecast-serving-'));
  const names = `{ season_scale: 'sigma', reference_quantiles: 'quantiles' }`;
  await writeFile(
    join(folder, 'dies.mjs'),
    `let runs = 0;
    process.send({ ok: true });
    process.on('message', ({ kind, feeds }) => {
      if (kind === 'run' && ++runs === 2) process.abort();
      const tensors = (feeds ?? []).map((feed) => ({ ...feed, name: ${names}[feed.name] }));
      process.send({ ok: true, milliseconds: 1, tensors });
    });`,
  );
  await start({ program: pathToFileURL(join(folder, 'dies.mjs')) });
  expect(await answer(ORIGIN)).toEqual(['har', 4]);
  expect(forecasting.models.failing).toEqual([
    {
      model: 'mine@1',
      reason: expect.stringMatching(/mine@1 runs in a process of its own and does not answer/),
    },
  ]);
  await rm(folder, { recursive: true });
});
