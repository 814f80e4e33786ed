import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, InsufficientHistoryError } from '@btcforecast/timeseries';
import {
  BASELINE_FAMILIES,
  MODEL_FAMILIES,
  type BaselineFamily,
  type ManifestOf,
  type ModelManifest,
} from '@btcforecast/training';
import { handedOn, historyOf, loaded, marketCandles, trainedUntil } from '../test/market.js';
import {
  backtestBaseline,
  backtestModel,
  type BacktestQuestion,
  type StoredModel,
} from './backtest-model.js';
import { backtestOrigins } from './backtest-origins.js';
import { forecastWithBaselines } from './forecast-with-baselines.js';

const history = historyOf(marketCandles(6_000));
const range = { from: Date.UTC(2021, 7, 25), to: Date.UTC(2021, 8, 5), everyHours: 12 };
const { origins } = backtestOrigins(history, range);
const asked = { history, origins, horizonsHours: [1, 24], everyHours: 12, instrument: 'BTC-USD' };
const question: BacktestQuestion = { ...asked, baselines: await forecastWithBaselines(asked) };
const runtime = { load: handedOn, refit: 'none', batch: 256, codeVersion: '0.0.0' } as const;

const baselineModel = (family: BaselineFamily) =>
  MODEL_FAMILIES[family].train({
    history,
    to: Date.UTC(2021, 7, 30),
    name: family,
    version: 4,
    instrument: 'BTC-USD',
    codeVersion: '0.0.0',
  });

/** The same graph, of which nothing is known. */
function broughtByUser(manifest: ModelManifest): ManifestOf<'user'> {
  const { format, name, version, instruments, inputs, outputs, features, windowSlots } = manifest;
  const { horizonsHours, levels, trainingSpan, onnx } = manifest;
  const golden = manifest.family === 'har_abs_emp' ? [] : manifest.golden;
  const shape = { inputs, outputs, features, windowSlots, horizonsHours, levels };
  return { format, name, version, family: 'user', instruments, ...shape, trainingSpan, onnx, golden };
}

describe('backtestModel', () => {
  it.each(BASELINE_FAMILIES)('scores %s as a model, the same fitted anew', async (family) => {
    const model = baselineModel(family);
    const result = await backtestModel(model, question, runtime);
    expect(result).toMatchObject({ name: `${family}@4`, refit: 'none', withoutHistory: 0, inSample: 11 });
    const fits: string[] = [];
    const again = await backtestModel(model, question, {
      ...runtime,
      refit: 'monthly',
      onFit: (fittedAt) => fits.push(new Date(fittedAt).toISOString().slice(0, 10)),
    });
    expect(fits).toEqual(['2021-08-01', '2021-09-01']);
    expect(again).toEqual({ ...result, refit: 'monthly', inSample: 0 });
  });

  it('gives a baseline that is a model the scores of the baseline, and compares it with the others only', async () => {
    const result = await backtestModel(baselineModel('garch_t'), question, runtime);
    const baseline = backtestBaseline('garch_t', question);
    expect(result.scores).toEqual(baseline.scores);
    expect(result.scores[0]!.differences.map((one) => one.baseline)).toEqual(['ewma_rw', 'uncond_1y']);
    const other = await backtestModel(baselineModel('ewma_gk_seas'), question, runtime);
    expect(other.scores[0]!.differences).toHaveLength(3);
  });

  it('counts origins inside the training span', async () => {
    const model = trainedUntil(history, Date.UTC(2021, 8, 1));
    const result = await backtestModel(model, question, {
      ...runtime,
      load: (one) => Promise.resolve(loaded(one)),
    });
    expect(result).toMatchObject({ name: 'har@1', inSample: 15 });
  });

  it('refuses to fit anew what a user brought, and origins without history', async () => {
    const { onnx, manifest } = baselineModel('uncond_1y');
    const brought: StoredModel = { onnx, manifest: broughtByUser(manifest) };
    await expect(backtestModel(brought, question, { ...runtime, refit: 'weekly' })).rejects.toThrow(
      /uncond_1y@4 was brought by a user and cannot be fitted anew; use --refit none/,
    );
    const early = { ...question, origins: [history.end - 5_900 * HOUR_MS] };
    await expect(backtestModel(brought, early, runtime)).rejects.toThrow(InsufficientHistoryError);
  });
});
