import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { FEATURE_NAMES, HOUR_MS, type ScoredForecast } from '@btcforecast/timeseries';
import { join } from 'node:path';
import { readModelFiles } from '../models/model-files.js';
import { driftTests, evaluate, VOLATILITY_FEATURE } from './drift-tests.js';
import { featureRecords } from './feature-record.js';

const scored = (n: number): ScoredForecast[] =>
  Array.from({ length: n }, (_, i) => ({
    origin: i * HOUR_MS,
    pit: (i * 0.618) % 1,
    covered80: i % 5 !== 0,
    pinball: 1,
    baselinePinball: { ewma_rw: 1.1 },
  }));
const material = {
  scored: new Map([1, 4, 24, 168].map((hours) => [hours, scored(50)])),
  given: [],
  features: ['log_volatility_1h', 'weekend'].map((name, index) => ({ name, index, mean: 0, deviation: 1 })),
  volatility: [],
};

describe('driftTests', () => {
  it('are three of each horizon, volatility, and the features that can drift', () => {
    const names = driftTests(material).map(
      ({ test, horizonHours, feature }) => `${test} ${feature ?? horizonHours}`,
    );
    expect(names).toHaveLength(3 * 4 + 2);
    expect(names).toContain('skill 168');
    expect(names.slice(-2)).toEqual([`input ${VOLATILITY_FEATURE}`, 'input log_volatility_1h']);
  });

  it('share one budget of false alarms: 5 % of years', () => {
    const alarms = driftTests(material).reduce((sum, { alarmsPerYear }) => sum + alarmsPerYear, 0);
    expect(alarms).toBeLessThanOrEqual(0.05 + 1e-12);
  });

  it('count only what came after the last alarm was known', () => {
    const [pit] = driftTests(material);
    expect(evaluate(pit!, -Infinity).n).toBe(50);
    expect(evaluate(pit!, 39 * HOUR_MS).n).toBe(10);
    expect(evaluate(pit!, 49 * HOUR_MS)).toMatchObject({ n: 0, raisedOrigin: null });
  });

  it('leave out rows that were not given a feature', () => {
    const given = [
      { origin: 0, features: [] },
      { origin: HOUR_MS, features: [0.5, 0] },
    ];
    const test = driftTests({ ...material, given }).find(({ feature }) => feature === 'log_volatility_1h');
    expect(test!.points.map(({ origin }) => origin)).toEqual([HOUR_MS]);
  });
});

describe('featureRecords', () => {
  it('find the features of the shipped model and their moments', async () => {
    const { manifest } = await readModelFiles(join(repositoryRoot, 'models'), { name: 'har', version: 1 });
    const records = featureRecords(manifest);
    expect(records.map(({ name }) => name)).toEqual(FEATURE_NAMES);
    expect(records.map(({ index }) => index)).toEqual(FEATURE_NAMES.map((_, i) => i));
    expect(records.every(({ deviation }) => deviation > 0)).toBe(true);
    const inputs = [manifest.inputs[1]!, manifest.inputs[2]!, manifest.inputs[0]!];
    const shifted = featureRecords({ ...manifest, inputs });
    expect(shifted[0]!.index).toBe(1 + manifest.levels.length); // a scale and the reference quantiles of one horizon
  });

  it('are none where a model has no features', async () => {
    const { manifest } = await readModelFiles(join(repositoryRoot, 'models'), {
      name: 'garch_t',
      version: 1,
    });
    expect(featureRecords(manifest)).toEqual([]);
  });
});
