import { describe, expect, it } from '@jest/globals';
import { simulatedMarket } from '../test/simulated-market.js';
import { HOUR_MS } from './candle.js';
import { pitPoints, coveragePoints } from './drift-points.js';
import { driftEvidence } from './drift-detector.js';
import { scoreOutcome } from './score-outcome.js';

const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const NORMAL = [
  -1.6448536269514729, -1.2815515655446004, -0.6744897501960817, 0, 0.6744897501960817, 1.2815515655446004,
  1.6448536269514729,
];
/** Of a chi-squared variable with 7 degrees of freedom: exceeded once in a thousand times. */
const CHI_SQUARED_7 = 24.3;
const HOURS = 30_000;
const volatilityAt = (openTime: number): number =>
  0.005 *
  (1 + 0.6 * Math.sin((2 * Math.PI * (openTime / HOUR_MS)) / 24)) *
  (1 + (Math.floor(openTime / HOUR_MS / 500) % 3));
const { candles } = simulatedMarket(HOURS, 11, volatilityAt);

/** Scores of whoever knows the volatility (or a share of it), at origins whose outcomes do not overlap. */
function scoresOfTruth(hours: number, believed = 1) {
  const origins = Array.from({ length: Math.floor((HOURS - 1) / hours) - 1 }, (_, i) => 1 + i * hours);
  return origins.map((slot) => {
    const ahead = candles.slice(slot, slot + hours);
    const scale = Math.sqrt(ahead.reduce((sum, { openTime }) => sum + volatilityAt(openTime) ** 2, 0));
    const { close, openTime } = candles[slot - 1]!;
    const quantiles = NORMAL.map((q) => q * scale * believed);
    const forecast = { price: close, levels: LEVELS, quantiles, probabilityUp: 0.5, baselines: {} };
    return { origin: openTime + HOUR_MS, ...scoreOutcome(forecast, ahead.at(-1)!.close) };
  });
}

describe('whoever knows the distribution of a simulated market', () => {
  it.each([1, 4, 24, 168])('covers 50, 80 and 90 % within binomial bounds: %d h', (hours) => {
    const scores = scoresOfTruth(hours);
    const n = scores.length;
    const covered = {
      0.5: scores.filter(({ covered50 }) => covered50).length,
      0.8: scores.filter(({ covered80 }) => covered80).length,
      0.9: scores.filter(({ covered90 }) => covered90).length,
    };
    for (const [level, count] of Object.entries(covered)) {
      const share = Number(level);
      const error = Math.sqrt((share * (1 - share)) / n);
      expect(Math.abs(count / n - share)).toBeLessThan(3.3 * error); // one in a thousand lies beyond
    }
  });

  it.each([1, 4, 24, 168])('has outcomes between its quantiles as often as they say: %d h', (hours) => {
    const scores = scoresOfTruth(hours);
    const edges = [0, ...LEVELS, 1];
    const chiSquared = edges.slice(1).reduce((sum, edge, i) => {
      const expected = (edge - edges[i]!) * scores.length;
      const found = scores.filter(({ pit }) => pit > edges[i]! && pit <= edge).length;
      return sum + (found - expected) ** 2 / expected;
    }, 0);
    expect(chiSquared).toBeLessThan(CHI_SQUARED_7);
  });

  it('raises no drift in more than three years of hours', () => {
    const scored = scoresOfTruth(1);
    for (const pointsOf of [pitPoints, coveragePoints]) {
      const { raisedOrigin } = driftEvidence(pointsOf(scored), { streamHours: 1, alarmsPerYear: 0.002 });
      expect(raisedOrigin).toBeNull();
    }
  });

  it('is told from one who believes half of the volatility', () => {
    const scored = scoresOfTruth(1, 0.5).slice(0, 500);
    for (const pointsOf of [pitPoints, coveragePoints]) {
      const { raisedOrigin } = driftEvidence(pointsOf(scored), { streamHours: 1, alarmsPerYear: 0.002 });
      expect(raisedOrigin).not.toBeNull();
    }
  });
});
