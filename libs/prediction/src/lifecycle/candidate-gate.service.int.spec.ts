import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import { HOUR_MS, hourlyWindow } from '@btcforecast/timeseries';
import { trainHar } from '@btcforecast/training';
import { openAliases } from '../../test/aliases.js';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import type { UserModel } from '../../test/user-model.js';
import { shiftedModel, wideModel } from '../../test/poor-models.js';
import { ChampionSettings } from '../models/champion-settings.js';
import type { ModelReference } from '../models/model-files.js';
import { CandidateGate } from './candidate-gate.service.js';
import { HistoryReader } from './history.reader.js';
import { PROMOTION_POLICY, type PromotionPolicy } from './promotion-policy.js';
import { WalkForwardRunner } from './walk-forward-runner.js';

const feed = 'replay-0000000f';
const END = Date.UTC(2025, 3, 1);
const HOURS = 22_000;
const CHAMPION = { name: 'home', version: 1 };
/** The child process runs built code, as in production. */
const program = join(repositoryRoot, 'libs/prediction/dist/lifecycle/walk-forward.process.js');
/** Two months, daily: a made-up market is no place to ask for calibration to the point. */
const QUICK: PromotionPolicy = {
  ...PROMOTION_POLICY,
  walkForward: {
    ...PROMOTION_POLICY.walkForward,
    ...{ months: 2, everyHours: 12, minOutcomes: 90, coveragePoints: 0.1 },
  },
};

jest.setTimeout(180_000);

describeWhen(existsSync(program), 'libs/prediction is not built: npm run build')('CandidateGate', () => {
  let market: TestMarket;
  let parts: ReturnType<typeof openAliases>;
  let runner: WalkForwardRunner;
  let gate: CandidateGate;
  let trained: ReturnType<typeof trainHar>;

  const insert = async ({
    name,
    onnx,
    manifest,
  }: Pick<UserModel, 'name' | 'onnx'> & { manifest: object }) => {
    const model = { name, version: 1 };
    const { sha256 } = (manifest as UserModel['manifest']).onnx;
    await market.dataSource.query(
      `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
       VALUES ($1, 1, 'user', 'candidate', $2, $3, $4, now())`,
      [name, Buffer.from(onnx), sha256, { ...manifest, name }],
    );
    await parts.evaluate(model, 'technical', { feed });
    return model;
  };
  const evaluate = (model: ModelReference, onProgress?: (share: number) => void, policy = QUICK) =>
    gate.evaluate({ feed, instrument: INSTRUMENT, ...model, until: END + 1 }, onProgress, policy);
  const latest = async ({ name, version }: ModelReference) =>
    (await parts.evaluations.latest(name, version, 'walk_forward', { feed, instrument: INSTRUMENT }))!;

  beforeAll(async () => {
    market = await openMarket();
    parts = openAliases(market, new ChampionSettings('home@1'));
    runner = new WalkForwardRunner(pathToFileURL(program));
    gate = new CandidateGate(
      new HistoryReader(new CandleReader(market.dataSource), new MarketFeedReader(market.dataSource)),
      parts.versions,
      parts.service,
      parts.evaluations,
      runner,
    );
    const candles = syntheticCandles(END + 48 * HOUR_MS, HOURS);
    await insertHourly(market, feed, candles);
    await setFeed(market, { feed, venue: feed, eventAt: END + HOUR_MS });
    const history = hourlyWindow(candles, END, HOURS - 48);
    const to = Date.UTC(2025, 1, 1);
    trained = trainHar({
      ...{ history, to, name: CHAMPION.name, version: 1, instrument: INSTRUMENT, codeVersion: '0' },
    });
    await insert({ ...trained, name: CHAMPION.name });
  });
  afterAll(async () => {
    runner?.onModuleDestroy();
    await market?.close();
  });

  it('passes a recipe as good as the champion, from another process, and tells how far it is', async () => {
    const model = await insert({
      ...trained,
      name: 'again',
      manifest: { ...trained.manifest, onnx: { ...trained.manifest.onnx, sha256: 'a'.repeat(64) } },
    });
    const shares: number[] = [];
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    const result = await evaluate(model, (share) => shares.push(share));
    clearInterval(timer);
    const evaluation = await latest(model);
    expect(evaluation.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(result).toEqual({ state: 'passed', evaluationId: evaluation.id });
    expect(ticks).toBeGreaterThan(50);
    expect(shares.at(-1)).toBe(1);
    expect(evaluation).toMatchObject({ kind: 'walk_forward', verdict: 'passed', feed });
    expect(evaluation.evidence).toMatchObject({ counted: true, champion: 'home@1' });
    expect(evaluation.evidence['folds']).toEqual([
      expect.objectContaining({ candidate: 'fitted anew', champion: 'as it is', leftOut: null }),
      expect.objectContaining({ candidate: 'fitted anew', champion: 'as it is', leftOut: null }),
    ]);
  });

  it('refuses one that is sound but worse, naming each check that failed; nothing moves', async () => {
    const model = await insert(wideModel(2, 'wide'));
    await expect(evaluate(model)).resolves.toMatchObject({ state: 'refused' });
    const { verdict, checks, evidence } = await latest(model);
    expect({ verdict, counted: evidence['counted'] }).toEqual({ verdict: 'refused', counted: true });
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    expect(failed).toEqual(
      expect.arrayContaining(['skill 1 h', 'skill overall', 'better than uncond_1y', 'calibration 1 h']),
    );
    expect(await parts.aliases.history(feed, INSTRUMENT, { limit: 10 })).toEqual([]);
  });

  it.each([
    ['too narrow', wideModel(0.5, 'narrow'), ['skill overall', 'calibration 1 h', 'calibration 4 h']],
    ['beside the point', shiftedModel(0.002), ['skill 1 h', 'skill overall', 'better than uncond_1y']],
    ['in love with one price', wideModel(1e-6, 'certain'), ['skill 1 h', 'skill overall', 'calibration 1 h']],
  ])('refuses one that is sound but %s', async (_, poor, names) => {
    await expect(evaluate(await insert(poor))).resolves.toMatchObject({ state: 'refused' });
    const { checks } = await latest({ name: poor.name, version: 1 });
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(names));
  });

  it('does it once for each version', async () => {
    const { id } = await latest({ name: 'wide', version: 1 });
    await expect(evaluate({ name: 'wide', version: 1 })).resolves.toEqual({
      state: 'known',
      evaluationId: id,
    });
    await expect(evaluate(CHAMPION)).resolves.toEqual({ state: 'champion', evaluationId: null });
  });

  it('leaves it to a longer shadow where a user may have trained on every origin', async () => {
    const { manifest, ...model } = wideModel(1.01, 'seen-all');
    const span = { from: '2020-01-01T00:00:00.000Z', to: new Date(END).toISOString() };
    const seen = await insert({ ...model, manifest: { ...manifest, trainingSpan: span } });
    await expect(evaluate(seen)).resolves.toMatchObject({ state: 'passed' });
    const { checks, evidence } = await latest(seen);
    expect(evidence['counted']).toBe(false);
    expect(checks[0]!.detail).toMatch(/^0 past origins .* a longer shadow decides alone$/);
  });

  it('asks for the technical check first, and for a version that is there', async () => {
    await expect(evaluate({ name: 'nobody', version: 1 })).rejects.toMatchObject({ code: 'model.refused' });
    const tooEarly = {
      feed: 'replay-00000010',
      instrument: INSTRUMENT,
      name: 'wide',
      version: 1,
      until: END,
    };
    await expect(gate.evaluate(tooEarly)).rejects.toMatchObject({ kind: 'caller' });
  });

  it('reports a process that is ended, so that the job is tried again', async () => {
    const model = await insert(wideModel(1.5, 'ended'));
    const answer = expect(evaluate(model)).rejects.toMatchObject({ kind: 'transient' });
    const timer = setInterval(() => runner.onModuleDestroy(), 50);
    await answer;
    clearInterval(timer);
    expect(await latest(model)).toBeNull();
  });
});
