import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { openRegistry } from '../../test/registry.js';
import { openRollout, type Rollout, type RolloutOptions } from '../../test/rollout-market.js';
import { calmModel, wideModel } from '../../test/poor-models.js';
import type { ModelReference } from '../models/model-files.js';
import { referenceText } from '../registry/alias-move.js';
import { openModel } from '../registry/open-model.js';
import { PROMOTION_POLICY, type PromotionPolicy } from './promotion-policy.js';

const START = Date.UTC(2025, 0, 1);
const at = (hours: number) => START + hours * HOUR_MS;
const HAR = { name: 'har', version: 1 };
const YEAR = { name: 'uncond_1y', version: 1 };
const HOURS = 20_000;
/** The policy, in days instead of weeks. */
const QUICK: PromotionPolicy = {
  ...PROMOTION_POLICY,
  judgedHours: [1, 4],
  shadow: { ...PROMOTION_POLICY.shadow, outcomes: 30 },
  shadowAlone: { ...PROMOTION_POLICY.shadowAlone, outcomes: 30, overallWorse: 0.02, coveragePoints: 0.2 },
  canary: { ...PROMOTION_POLICY.canary, outcomes: 10 },
  probation: { ...PROMOTION_POLICY.probation, outcomes: 20 },
  coolDownHours: 6,
};

jest.setTimeout(180_000);

let market: TestMarket;
let opened: Rollout[] = [];
let run = 0;
let feed: string;
const candles = syntheticCandles(at(400), HOURS);
/** They are sent once, and copied for each test. */
const SOURCE = 'source';
const copyCandles = () =>
  market.dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT instrument, $1, "interval", open_time, open, high, low, close, volume, provenance
     FROM candles WHERE venue = $2`,
    [feed, SOURCE],
  );

const open = async (options: Partial<RolloutOptions> = {}): Promise<Rollout> => {
  const rollout = await openRollout(market, feed, { champion: 'har@1', policy: QUICK, ...options });
  opened.push(rollout);
  return rollout;
};
const scope = () => ({ feed, instrument: INSTRUMENT });
const register = ({ onnx, manifest, name }: ReturnType<typeof wideModel>) =>
  openRegistry(market).register({ name, onnx, manifest, family: 'user', status: 'uploaded', ...scope() });
const found = async ({ evaluations }: Rollout, { name, version }: ModelReference) =>
  (await evaluations.listFor(name, version))
    .filter((one) => one.feed === feed)
    .map(({ kind, verdict }) => `${kind} ${verdict}`)
    .reverse();
/** The story of the aliases, oldest first. */
const story = async ({ aliases }: Rollout) =>
  (await aliases.history(feed, INSTRUMENT, { limit: 100 }))
    .reverse()
    .map(({ alias, to, actor }) => `${actor}: ${alias} ${to ? `${to.name}@${to.version}` : 'nobody'}`);

/** The same market, with log returns that are larger by a factor from an instant on. */
function stormFrom(turn: number, factor: number): Candle[] {
  let price = NaN;
  return candles.map((candle) => {
    if (candle.openTime < turn) return candle;
    if (Number.isNaN(price)) price = candle.open;
    const open = price;
    const moved = (value: number) => open * (value / candle.open) ** factor;
    price = moved(candle.close);
    return { ...candle, open, high: moved(candle.high), low: moved(candle.low), close: price };
  });
}

beforeAll(async () => {
  market = await openMarket();
  await insertHourly(market, SOURCE, candles);
});
beforeEach(async () => {
  run += 1;
  feed = `replay-e${String(run).padStart(7, '0')}`;
  await copyCandles();
  await setFeed(market, { feed, venue: feed, eventAt: at(0) + 60_000 });
});
afterEach(async () => {
  for (const { forecasting } of opened) await forecasting.models.onApplicationShutdown();
  opened = [];
  market.clock.advance(1_000);
});
afterAll(() => market?.close());

describe('RolloutService', () => {
  it('takes a good version from its walk-forward to champion, step by step, and keeps the story', async () => {
    // The trailing year's quantiles answer until a version that follows volatility has shown what it can.
    const rollout = await open({ champion: 'uncond_1y@1' });
    const { manifest, onnx } = (await rollout.versions.findFiles(HAR.name, HAR.version))!;
    // A version of its own, with the shipped one's graph behind one more, useless, name.
    const model = { name: `har-${feed}`, version: 1 };
    await market.dataSource.query(
      `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
       VALUES ($1, 1, $2, 'candidate', $3, $4, $5, now())`,
      [
        model.name,
        manifest.family,
        onnx,
        manifest.onnx.sha256.replace(/^./, '0'),
        { ...manifest, name: model.name },
      ],
    );
    await rollout.evaluate(model, 'technical', { feed });
    expect(await rollout.rollout.listUnevaluated(scope())).toEqual([model]);
    await rollout.evaluate(model, 'walk_forward', { feed });
    expect(await rollout.rollout.listUnevaluated(scope())).toEqual([]);

    const shadow = await rollout.until(at(1), ['start_canary'], 120);
    expect(shadow.steps.map(({ kind }) => kind)).toEqual(['judge', 'start_canary']);
    const canary = await rollout.until(shadow.origin + HOUR_MS, ['promote'], 60);
    const probation = await rollout.until(canary.origin + HOUR_MS, ['clear'], 80);
    expect(probation.steps.map(({ kind }) => kind)).toEqual(['judge', 'clear']);
    expect(await found(rollout, model)).toEqual([
      'technical passed',
      'walk_forward passed',
      'shadow passed',
      'canary passed',
      'live passed',
    ]);
    expect(await story(rollout)).toEqual([
      `policy:rollout: challenger ${model.name}@1`,
      `policy:rollout: canary ${model.name}@1`,
      `policy:rollout: champion ${model.name}@1`,
      'policy:rollout: challenger uncond_1y@1',
      'policy:rollout: canary nobody',
      'policy:rollout: challenger nobody',
    ]);
    const again = await rollout.hour(probation.origin + HOUR_MS);
    expect(again).toEqual([{ kind: 'wait', reason: 'no version waits to be compared' }]);
  });

  it('never makes a champion of one that is sound but worse, and records why', async () => {
    const rollout = await open();
    const wide = await register(wideModel(2, `wide-${run}`));
    await rollout.evaluate(wide, 'walk_forward', { feed });
    await rollout.until(at(1), ['clear'], 200);
    expect(await found(rollout, wide)).toEqual(['technical passed', 'walk_forward passed', 'shadow refused']);
    const shadow = (await rollout.evaluations.latest(wide.name, wide.version, 'shadow', scope()))!;
    const failed = shadow.checks.filter(({ passed }) => !passed);
    expect(failed.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['skill 1 h', 'skill overall', 'calibration 1 h']),
    );
    expect(shadow.evidence).toMatchObject({ champion: 'har@1', challenger: `wide-${run}@1` });
    const [cleared] = await rollout.aliases.history(feed, INSTRUMENT, { limit: 1 });
    expect(cleared).toMatchObject({
      to: null,
      evaluationId: shadow.id,
      reason: expect.stringContaining(failed[0]!.detail),
    });
    await rollout.evaluate(wide, 'walk_forward', { feed }); // even if its past should look good again
    expect((await rollout.hour(at(250))).map(({ kind }) => kind)).toEqual(['wait']);
  });

  it('rolls a bad champion back by itself, and the record tells the story', async () => {
    const rollout = await open();
    const wide = await register(wideModel(3, `bad-${run}`));
    const by = { ...scope(), actor: 'key 7', reason: 'it looked good to me' };
    await rollout.service.promote({ ...by, ...wide, alias: 'champion', override: true });
    const { origin, steps } = await rollout.until(at(1), ['roll_back'], 200);
    expect(steps.map(({ kind }) => kind)).toEqual(['judge', 'roll_back']);
    expect(await found(rollout, wide)).toEqual(['technical passed', 'live refused']);
    const bad = `${wide.name}@1`;
    expect(await story(rollout)).toEqual([
      `key 7: champion ${bad}`,
      'key 7: challenger har@1',
      'policy:rollout: champion har@1',
      'policy:rollout: challenger nobody',
    ]);
    const [, rolledBack] = await rollout.aliases.history(feed, INSTRUMENT, { limit: 2 });
    expect(rolledBack!.reason).toMatch(/^worse than its predecessor har@1: not shown to be worse: log10/);
    const holderAt = async (instant: number) =>
      referenceText(await rollout.aliases.holderAt(feed, INSTRUMENT, 'champion', instant));
    expect(await holderAt(origin)).toBe(bad);
    expect(await holderAt(rolledBack!.effectiveOrigin)).toBe('har@1');
    await rollout.hour(rolledBack!.effectiveOrigin);
    const [row] = await market.dataSource.query<{ name: string }[]>(
      `SELECT DISTINCT model_name AS name FROM forecasts WHERE feed = $1 AND canonical AND origin_at = $2`,
      [feed, new Date(rolledBack!.effectiveOrigin)],
    );
    expect(row!.name).toBe('har');
  });

  it('rolls back a champion that turns bad while it is on probation', async () => {
    const turn = at(30);
    feed = 'replay-e57012aa';
    await insertHourly(market, feed, stormFrom(turn, 5));
    await setFeed(market, { feed, venue: feed, eventAt: at(0) + 60_000 });
    // Wide enough for a calm hour, and not for the storm that begins a day later.
    const model = await register(calmModel(0.005, `calm-${run}`));
    const rollout = await open({ policy: { ...QUICK, probation: PROMOTION_POLICY.probation } });
    const by = { ...scope(), actor: 'key 7', reason: 'good in calm markets' };
    await rollout.service.promote({ ...by, ...model, alias: 'champion', override: true });
    const { origin, steps } = await rollout.until(at(1), ['roll_back'], 250);
    expect(origin).toBeGreaterThan(turn);
    expect(steps.map(({ kind }) => kind)).toEqual(['judge', 'roll_back']);
    expect(await found(rollout, model)).toEqual(['technical passed', 'live refused']);
    expect((await story(rollout)).at(-2)).toBe('policy:rollout: champion har@1');
  });

  it('finishes what a process left half done: a verdict without its move', async () => {
    const rollout = await open();
    const move = await rollout.service.promote({
      ...{ ...scope(), actor: 'key 7', reason: 'for the test' },
      ...{ ...YEAR, alias: 'champion', override: true },
    });
    await rollout.evaluations.record({
      ...{ ...scope(), modelName: YEAR.name, modelVersion: YEAR.version, onnxSha256: '0'.repeat(64) },
      ...{ kind: 'live', verdict: 'refused', decidedAt: at(1) },
      checks: [{ name: 'not shown to be worse', passed: false, detail: 'it was' }],
      evidence: { moveId: move.id },
    });
    expect((await rollout.hour(at(1))).map(({ kind }) => kind)).toEqual(['roll_back']);
    expect((await rollout.hour(at(2))).map(({ kind }) => kind)).toEqual(['wait']);
    expect(await found(rollout, YEAR)).toEqual(['live refused']);
  });

  it('makes each step once, however many processes judge at once', async () => {
    const rollout = await open();
    const wide = await register(wideModel(2, `many-${run}`));
    await rollout.evaluate(wide, 'walk_forward', { feed });
    const results = await Promise.all(
      Array.from({ length: 6 }, () => rollout.judge().judge(feed, INSTRUMENT, QUICK)),
    );
    const kinds = results.flat().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'start_shadow')).toHaveLength(1);
    expect(new Set(kinds)).toEqual(new Set(kinds.length === 1 ? ['start_shadow'] : kinds));
    expect(await story(rollout)).toEqual([`policy:rollout: challenger ${wide.name}@1`]);
  });

  it('refuses a challenger that does not answer, and keeps the champion', async () => {
    const rollout = await open({
      open: (files) =>
        files.manifest.name.startsWith('mute')
          ? Promise.reject(new Error('it does not load'))
          : openModel(files, files.status),
    });
    const mute = await register(wideModel(1.1, `mute-${run}`));
    await rollout.evaluate(mute, 'walk_forward', { feed });
    await rollout.until(at(1), ['clear'], 30);
    const shadow = (await rollout.evaluations.latest(mute.name, mute.version, 'shadow', scope()))!;
    expect(shadow.checks.filter(({ passed }) => !passed)).toEqual([
      expect.objectContaining({
        name: 'answers',
        detail: expect.stringMatching(/answered 0 of 1\d origins/),
      }),
    ]);
  });

  it('refuses for good what the rules of promotion refuse', async () => {
    const rollout = await open();
    const wide = await register(wideModel(2, `rules-${run}`));
    await rollout.evaluate(wide, 'walk_forward', { feed });
    await market.dataSource.query(
      `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
       SELECT name || '-half', 1, family, status, onnx, md5(onnx_sha256) || md5(onnx_sha256),
         manifest || '{"horizonsHours": [1, 4]}', created_at FROM model_versions WHERE name = $1`,
      [wide.name],
    );
    const half = { name: `${wide.name}-half`, version: 1 };
    await rollout.evaluate(half, 'technical', { feed });
    await rollout.evaluate(half, 'walk_forward', { feed });
    await rollout.evaluate(wide, 'shadow', { feed, verdict: 'refused' });
    market.clock.advance(0);
    await setFeed(market, { feed, venue: feed, eventAt: market.clock.now() + 7 * HOUR_MS });
    const steps = await rollout.judge().judge(feed, INSTRUMENT, QUICK);
    expect(steps[0]).toMatchObject({ kind: 'judge', reason: expect.stringContaining('shadow of') });
    expect(await found(rollout, half)).toContain('shadow refused');
    expect((await rollout.judge().judge(feed, INSTRUMENT, QUICK)).map(({ kind }) => kind)).toEqual(['wait']);
  });
});
