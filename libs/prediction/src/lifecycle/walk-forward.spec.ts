import { beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, hourlyWindow, type HourlyWindow } from '@btcforecast/timeseries';
import { trainBaseline, trainHar } from '@btcforecast/training';
import { syntheticCandles } from '../../test/market.js';
import { userModel } from '../../test/user-model.js';
import { judgeWalkForward } from './judge-walk-forward.js';
import { PROMOTION_POLICY } from './promotion-policy.js';
import { foldSource, walkForward } from './walk-forward.js';
import type { Contender, WalkForwardReport, WalkForwardRequest } from './walk-forward-request.js';

const END = Date.UTC(2025, 3, 11);
const HOURS = 12_000;
const INSTRUMENT = 'BTC-USD';

let history: HourlyWindow;
let har: Contender;
let year: Contender;
/** The trailing year's quantiles beside a HAR champion, two months. */
let report: WalkForwardReport;
const shares: number[] = [];

const request = (given: Partial<WalkForwardRequest>): WalkForwardRequest => ({
  history,
  instrument: INSTRUMENT,
  codeVersion: 'test',
  candidate: har,
  champion: har,
  until: END,
  months: 2,
  everyHours: 24,
  ...given,
});

beforeAll(async () => {
  history = hourlyWindow(syntheticCandles(END, HOURS), END, HOURS);
  const to = Date.UTC(2025, 2, 1);
  const of = { history, to, version: 1, instrument: INSTRUMENT, codeVersion: 'test' };
  har = { ...trainHar({ ...of, name: 'har' }), status: 'candidate' };
  year = { ...trainBaseline('uncond_1y', { ...of, name: 'year' }), status: 'candidate' };
  report = await walkForward(request({ candidate: year }), (share) => shares.push(share));
});

describe('foldSource', () => {
  const fold = { from: Date.UTC(2025, 2, 1), to: Date.UTC(2025, 3, 1) };
  const earlier = { from: fold.from - HOUR_MS, to: fold.to };

  it('takes a champion as it is once it has seen nothing of a fold, its recipe before that', () => {
    expect(foldSource(har.manifest, fold, true)).toBe('as it is');
    expect(foldSource(har.manifest, earlier, true)).toBe('fitted anew');
  });

  it('always fits a candidate anew, and a model of a user never', () => {
    expect(foldSource(har.manifest, fold, false)).toBe('fitted anew');
    const { manifest } = userModel();
    expect(foldSource(manifest, fold, false)).toBe('as it is');
    expect(foldSource(manifest, { from: Date.UTC(2023, 11, 1), to: Date.UTC(2024, 0, 1) }, false)).toBeNull();
  });
});

describe('walkForward', () => {
  it('lets both answer the same origins, each without having seen them', () => {
    expect(report.folds).toEqual([
      {
        from: Date.UTC(2025, 2, 1),
        to: Date.UTC(2025, 3, 1),
        ...{ origins: 31, candidate: 'fitted anew', champion: 'as it is', leftOut: null },
      },
      {
        from: Date.UTC(2025, 3, 1),
        to: END,
        ...{ origins: 10, candidate: 'fitted anew', champion: 'as it is', leftOut: null },
      },
    ]);
    expect(report.comparison.map(({ horizonHours, n }) => [horizonHours, n])).toEqual([
      [1, 41],
      [4, 41],
      [24, 41],
      [168, 35],
    ]);
  });

  it('finds the same losses as each alone, and says how long one forecast takes', () => {
    for (const [h, { relative, championLoss }] of report.comparison.entries()) {
      expect(championLoss * 10_000).toBeCloseTo(report.champion[h]!.pinball!, 9);
      expect(championLoss * (1 + relative) * 10_000).toBeCloseTo(report.candidate[h]!.pinball!, 9);
    }
    expect(report.forecastMs).toBeGreaterThan(0);
  });

  it('tells how far it is, to the end', () => {
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });

  it('sees nothing after an origin: with later candles tripled the answers are the same', async () => {
    const cut = Date.UTC(2025, 3, 1);
    const candles = syntheticCandles(END, HOURS).map((one) =>
      one.openTime < cut ? one : { ...one, high: 3 * one.high, close: 3 * one.close },
    );
    const until = { until: cut, months: 1 };
    const plain = await walkForward(request({ ...until, candidate: har }));
    const meddled = await walkForward(
      request({ ...until, candidate: har, history: hourlyWindow(candles, END, HOURS) }),
    );
    const atOneHour = ({ candidate, champion }: WalkForwardReport) => [candidate[0], champion[0]];
    expect(atOneHour(meddled)).toEqual(atOneHour(plain));
  });

  it('fits a recipe once for both, and finds no difference', async () => {
    const fresh = { ...har, manifest: { ...har.manifest, version: 2 } };
    const trainedLater = {
      ...har,
      manifest: {
        ...har.manifest,
        trainingSpan: { ...har.manifest.trainingSpan, to: new Date(END).toISOString() },
      },
    };
    const { comparison } = await walkForward(
      request({ months: 1, candidate: fresh, champion: trainedLater }),
    );
    expect(comparison.map(({ relative }) => relative)).toEqual([0, 0, 0, 0]);
  });

  it('leaves out months with too little history, and those that a user may have trained on', async () => {
    const short = hourlyWindow(syntheticCandles(END, 500), END, 500);
    const tooShort = await walkForward(request({ history: short, months: 1 }));
    expect(tooShort.folds[0]).toMatchObject({ origins: 0, leftOut: expect.stringMatching(/candle/) });
    const { onnx, manifest } = userModel();
    const to = '2025-04-06T00:00:00.000Z';
    const users = { onnx, manifest: { ...manifest, trainingSpan: { ...manifest.trainingSpan, to } } };
    const afterwards = await walkForward(request({ candidate: { ...users, status: 'candidate' } }));
    expect(afterwards.folds.map(({ origins, leftOut }) => [origins, leftOut !== null])).toEqual([
      [0, true],
      [5, false],
    ]);
  });
});

describe('judgeWalkForward', () => {
  const lenient = {
    ...PROMOTION_POLICY,
    walkForward: { ...PROMOTION_POLICY.walkForward, minOutcomes: 30 },
  };

  it('neither passes nor refuses skill on too few origins, and says so', () => {
    const { verdict, counted, checks } = judgeWalkForward(report, 1_000, PROMOTION_POLICY);
    expect({ verdict, counted }).toEqual({ verdict: 'passed', counted: false });
    expect(checks[0]!.detail).toMatch(/41 past origins.*a longer shadow decides alone/);
  });

  it('refuses a model that is no better than a baseline, naming it', () => {
    const { verdict, checks } = judgeWalkForward(report, 1_000, lenient);
    expect(verdict).toBe('refused');
    expect(checks.find(({ name }) => name === 'better than uncond_1y')).toMatchObject({ passed: false });
  });

  it('refuses a graph that is too large or a forecast that takes too long, whatever the skill', () => {
    const failed = (one: WalkForwardReport, bytes: number) =>
      judgeWalkForward(one, bytes, lenient)
        .checks.filter(({ passed }) => !passed)
        .map(({ name }) => name);
    expect(failed(report, 2 ** 21)).toContain('size');
    expect(failed({ ...report, forecastMs: 300 }, 1_000)).toContain('runtime');
  });
});
