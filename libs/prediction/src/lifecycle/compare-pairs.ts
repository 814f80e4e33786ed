import { INTERVAL_SHARES } from '@btcforecast/backtest';
import { skillEvidence } from '@btcforecast/timeseries';
import type { ScoredPair } from './rollout-scores.repository.js';
import type { HorizonComparison } from './rollout-state.js';

/**
 * What the pairs say, by horizon, ascending. Standard errors of coverage take h overlapping outcomes for one: for
 * horizon h every h-th origin is independent of the others but for the spells of volatility.
 *
 * @param pairs at most one for each horizon and origin
 * @returns one entry for each horizon that has a pair
 */
export function comparePairs(pairs: readonly ScoredPair[]): HorizonComparison[] {
  const byHorizon = Map.groupBy(pairs, ({ horizonHours }) => horizonHours);
  return [...byHorizon].sort(([a], [b]) => a - b).map(([hours, those]) => compareHorizon(hours, those));
}

function compareHorizon(horizonHours: number, pairs: readonly ScoredPair[]): HorizonComparison {
  const n = pairs.length;
  const mean = (valueOf: (pair: ScoredPair) => number) =>
    pairs.reduce((sum, pair) => sum + valueOf(pair), 0) / n;
  const differences = pairs.map(({ origin, champion, challenger }) => ({
    origin,
    difference: challenger.pinball - champion.pinball,
  }));
  const held = (of: 'champion' | 'challenger') =>
    INTERVAL_SHARES.map((_, i) => mean((pair) => (pair[of].covered[i] ? 1 : 0)));
  return {
    horizonHours,
    n,
    championLoss: mean(({ champion }) => champion.pinball),
    challengerLoss: mean(({ challenger }) => challenger.pinball),
    evidence: skillEvidence(differences, horizonHours),
    challenger: {
      horizonHours,
      shares: held('challenger'),
      standardErrors: INTERVAL_SHARES.map((share) => Math.sqrt((share * (1 - share) * horizonHours) / n)),
      championShares: held('champion'),
    },
    baselines: Object.fromEntries(
      Object.keys(pairs[0]!.baselines).map((name) => [name, mean(({ baselines }) => baselines[name]!)]),
    ),
  };
}
