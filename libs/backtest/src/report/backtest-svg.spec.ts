import { beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import { historyOf, loaded, marketCandles, scaledFrom, trainedUntil } from '../../test/market.js';
import { forecastWithBaselines } from '../forecast-with-baselines.js';
import { forecastWithModel } from '../forecast-with-model.js';
import type { ScoreQuestion } from '../score-backtest.js';
import { backtestHtml, backtestSvg } from './backtest-svg.js';
import { PIT_BINS, reportData } from './report-data.js';

const FROM = Date.UTC(2021, 7, 27);
const ORIGINS = 60;
const CRASH = FROM + 7 * DAY_MS;
const HORIZONS = [1, 24, 168];

let question: ScoreQuestion;

beforeAll(async () => {
  const calm = marketCandles(6_000);
  const model = trainedUntil(historyOf(calm), FROM - DAY_MS);
  // A jump within one candle: nobody can see it coming.
  const history = historyOf(scaledFrom(calm, CRASH + 5 * HOUR_MS, 0.8));
  const origins = Array.from({ length: ORIGINS }, (_, i) => FROM + i * 6 * HOUR_MS);
  const asked = { history, origins, horizonsHours: HORIZONS };
  const open = () => Promise.resolve(loaded(model));
  const { rows } = await forecastWithModel(asked, { refit: 'none', batch: 64, open });
  question = { ...asked, everyHours: 6, rows, baselines: await forecastWithBaselines(asked) };
});

describe('reportData', () => {
  it('counts every outcome once in the histogram and never less below a higher level', () => {
    for (const { pit, reliability } of reportData(question).horizons) {
      expect(pit.reduce((sum, bin) => sum + bin, 0)).toBeCloseTo(PIT_BINS, 9);
      const observed = reliability.map((point) => point.observed);
      expect(observed).toEqual(observed.toSorted((a, b) => a - b));
      expect(observed[0]).toBeLessThan(observed[6]!);
    }
  });

  it('shows the day of a crash as the worst, with the path that the price took', () => {
    const { worst, best, fanHours } = reportData(question);
    expect(fanHours).toBe(24);
    // The jump comes five hours into its day, and so within 24 h of three origins of the day before.
    expect(Math.abs(worst[0]!.origin - CRASH)).toBeLessThan(DAY_MS);
    const shown = [...worst, ...best].map(({ origin }) => Math.floor(origin / DAY_MS));
    expect(new Set(shown).size).toBe(6);
    const fall = worst[0]!.path.map(({ price }) => price);
    expect(Math.min(...fall) / Math.max(...fall)).toBeLessThan(0.82);
    expect(worst[0]!.bands.map(({ hours }) => hours)).toEqual([0, 1, 24]);
  });

  it('has the skill of every month, none over itself, and another baseline for the one it compares with', () => {
    const { horizons, against } = reportData(question);
    expect(against).toBe('ewma_rw');
    expect(horizons[0]!.skill.map(({ month }) => month)).toEqual(['2021-08', '2021-09']);
    const itself = reportData({ ...question, rows: question.baselines.ewma_rw.rows });
    expect(itself.against).toBe('garch_t');
    const equal = question.baselines.ewma_rw.rows.map((row) => row && [...row]);
    for (const { skill } of reportData({ ...question, rows: equal }).horizons) {
      expect(skill.map((month) => month.skill)).toEqual(skill.map(() => 0));
    }
  });
});

describe('backtestSvg', () => {
  it('draws three diagrams per horizon and six fans, with nothing from elsewhere and no number missing', () => {
    const svg = backtestSvg('har@1 <of> BTC & co', question);
    expect(svg.match(/class="title"/g)).toHaveLength(3 * HORIZONS.length + 6);
    expect(svg).toContain('har@1 &lt;of&gt; BTC &amp; co');
    expect(svg).not.toMatch(/NaN|undefined|Infinity|href|<script/);
    for (const tag of ['svg', 'g', 'text', 'style']) {
      const opened = svg.match(new RegExp(`<${tag}[ >]`, 'g'))!.length;
      expect(svg.match(new RegExp(`</${tag}>`, 'g'))).toHaveLength(opened);
    }
  });

  it('draws what there is when no forecast has an outcome', () => {
    const rows = question.rows.map(() => null);
    const svg = backtestSvg('nothing', { ...question, rows });
    expect(svg.match(/class="title"/g)).toHaveLength(3 * HORIZONS.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('puts the scores below the picture on a page', () => {
    const page = backtestHtml('har@1', 'pinball < 1', question);
    expect(page).toMatch(/^<!doctype html>[^]*<svg [^]*<\/svg>[^]*pinball &lt; 1/);
  });
});
