import { describe, expect, it } from '@jest/globals';
import { Standing } from '@btcforecast/contracts';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { CountedForecast } from '../performance/performance.repository.js';
import { recordOf, standingOf } from './standing-of.js';

const START = Date.UTC(2025, 0, 1);
/** Losses that differ from hour to hour as losses do; the baselines lose this much more. */
const rows = (n: number, leads: { ewma_rw: number; garch_t: number; uncond_1y: number }): CountedForecast[] =>
  Array.from({ length: n }, (_, i) => {
    const loss = 0.001 * (1 + 0.5 * Math.sin(i * 12.9898));
    const wobble = 0.0002 * Math.sin(i * 78.233);
    return {
      originAt: new Date(START + i * HOUR_MS),
      pinball: loss,
      crps: 2 * loss,
      covered50: i % 2 === 0,
      covered80: i % 5 !== 0,
      covered90: i % 10 !== 0,
      directionHit: null,
      baselinePinball: Object.fromEntries(
        Object.entries(leads).map(([name, lead]) => [name, loss * (1 + lead) + wobble]),
      ),
    };
  });
const moment = {
  now: START + 2_000 * HOUR_MS,
  newestOrigin: START + 2_000 * HOUR_MS,
  onTimeOfLastDay: 24,
  signals: [],
};
const leads = { ewma_rw: 0.2, garch_t: 0.1, uncond_1y: 0.3 };

describe('the standing of a horizon', () => {
  it('counts coverage over the newest 500 and skill over all, against the hardest baseline', () => {
    const standing = Standing.parse(standingOf(recordOf(rows(2_000, leads), 1), moment));
    expect(standing.coverage).toEqual({ n: 500, 50: 0.5, 80: 0.8, 90: 0.9 });
    expect(standing.skill).toMatchObject({ n: 2_000, baseline: 'garch_t' });
    expect(standing.skill.difference).toBeCloseTo(-1, 1); // 10 % of 10 in ten-thousandths
    expect(standing.skill.low!).toBeLessThan(-1);
    expect(standing.skill.high!).toBeGreaterThan(-1);
    expect(standing.skill.high!).toBeLessThan(0);
    expect(standing).toMatchObject({ grade: 'proven_skill', asOf: new Date(moment.now).toISOString() });
  });

  it('proves nothing at 168 h from the same outcomes: they overlap', () => {
    const standing = standingOf(recordOf(rows(2_000, leads), 168), moment);
    expect(standing.grade).toBe('no_proven_skill');
    expect(standing.skill.high!).toBeGreaterThan(0);
  });

  it('does not call proven what only one baseline withstands', () => {
    const standing = standingOf(recordOf(rows(2_000, { ...leads, uncond_1y: 0 }), 1), moment);
    expect(standing.grade).toBe('no_proven_skill');
    expect(standing.skill.baseline).toBe('uncond_1y');
  });

  it('has nothing but nulls before the first outcome', () => {
    const standing = Standing.parse(
      standingOf(recordOf([], 24), { now: null, newestOrigin: null, onTimeOfLastDay: 0, signals: [] }),
    );
    expect(standing.coverage).toEqual({ n: 0, 50: null, 80: null, 90: null });
    expect(standing.skill).toEqual({ n: 0, baseline: null, difference: null, low: null, high: null });
    expect(standing.grade).toBe('cold_start');
  });
});
