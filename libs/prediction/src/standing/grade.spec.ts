import { describe, expect, it } from '@jest/globals';
import { gradeOf, MAX_AGE_MS, MIN_MATURED, MIN_ON_TIME, type GradeFacts } from './grade.js';

const facts = (over: Partial<GradeFacts> = {}): GradeFacts => ({
  n: 500,
  independent: 500,
  coverage: [
    { nominal: 0.5, share: 0.49 },
    { nominal: 0.8, share: 0.81 },
    { nominal: 0.9, share: 0.9 },
  ],
  highs: { ewma_rw: -0.02, garch_t: -0.01, uncond_1y: -0.5 },
  ageMs: 3_600_000,
  onTimeOfLastDay: 24,
  signals: [],
  ...over,
});
const drifted = [{ subject: 'coverage 24h', raisedOrigin: Date.UTC(2025, 0, 1) }];

describe('gradeOf', () => {
  it('calls skill proven only when it is against every baseline', () => {
    expect(gradeOf(facts())).toEqual({
      grade: 'proven_skill',
      reason: 'better than ewma_rw, garch_t, uncond_1y beyond doubt (95 %, at any time)',
    });
    const touching = gradeOf(facts({ highs: { ewma_rw: -0.02, garch_t: 0, uncond_1y: null } }));
    expect(touching.grade).toBe('no_proven_skill');
    expect(touching.reason).toBe('not proven better than garch_t, uncond_1y by 500 matured forecasts');
    expect(gradeOf(facts({ highs: {} })).grade).toBe('no_proven_skill');
  });

  it('judges nothing before enough has matured, whatever else is wrong', () => {
    const cold = gradeOf(facts({ n: MIN_MATURED - 1, signals: drifted, ageMs: 1e9 }));
    expect(cold.grade).toBe('cold_start');
    expect(cold.reason).toContain('99 forecasts have matured; 100 are needed');
  });

  it('is degraded while data is late, and not when nobody knows the time', () => {
    expect(gradeOf(facts({ ageMs: MAX_AGE_MS })).grade).toBe('proven_skill');
    expect(gradeOf(facts({ ageMs: MAX_AGE_MS + 1 }))).toEqual({
      grade: 'degraded',
      reason: 'data is late: the newest forecast is 3 h old',
    });
    expect(gradeOf(facts({ ageMs: null })).grade).toBe('proven_skill');
  });

  it('is degraded when a quarter of a day was answered late or not at all', () => {
    expect(gradeOf(facts({ onTimeOfLastDay: MIN_ON_TIME })).grade).toBe('proven_skill');
    expect(gradeOf(facts({ onTimeOfLastDay: 17 }))).toEqual({
      grade: 'degraded',
      reason: 'data is late or missing: 17 of the last 24 origins were answered on time',
    });
  });

  it('is degraded by a coverage that chance does not explain', () => {
    const coverage = [{ nominal: 0.8, share: 0.7 }];
    expect(gradeOf(facts({ coverage })).grade).toBe('degraded');
    expect(gradeOf(facts({ coverage })).reason).toContain(
      'the 80 % interval held 70 % of the last 500 outcomes',
    );
    expect(gradeOf(facts({ coverage, independent: 20 })).grade).toBe('proven_skill'); // standard error 9 points
    expect(gradeOf(facts({ coverage: [{ nominal: 0.9, share: 0.86 }] })).grade).toBe('proven_skill');
  });

  it('is degraded by fresh drift, and says which', () => {
    const { grade, reason } = gradeOf(facts({ signals: drifted }));
    expect(grade).toBe('degraded');
    expect(reason).toBe('drift of coverage 24h was raised at 2025-01-01T00:00:00.000Z');
  });
});
