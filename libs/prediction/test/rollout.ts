import { HOUR_MS } from '@btcforecast/timeseries';
import type { Answered } from '../src/lifecycle/rollout-scores.repository.js';
import type {
  Comparison,
  HorizonComparison,
  PhaseVerdict,
  RolloutState,
  Tenure,
  WaitingVersion,
} from '../src/lifecycle/rollout-state.js';

export const NOW = Date.UTC(2025, 5, 1);

/** A tenure that began an hour ago. */
export function tenure(name: string, version: number): Tenure {
  return { model: { name, version }, moveId: `move-of-${name}`, since: NOW - HOUR_MS, from: null };
}

export function verdict(of: 'passed' | 'refused', reason = 'because'): PhaseVerdict {
  return { verdict: of, id: '41', reason };
}

export function waiting(name: string, version: number, given: Partial<WaitingVersion> = {}): WaitingVersion {
  return {
    model: { name, version },
    walkForwardId: '9',
    walkForward: 'passed',
    technical: 'passed',
    wasRefused: false,
    hadItsTurn: false,
    ...given,
  };
}

/** A champion alone, and nobody waiting, but for what is given. */
export function rolloutState(given: Partial<RolloutState> = {}): RolloutState {
  return {
    now: NOW,
    champion: tenure('champ', 1),
    challenger: null,
    canary: null,
    onProbation: false,
    live: null,
    shadow: null,
    canaryVerdict: null,
    challengerPassedTechnical: true,
    challengerWasRefused: false,
    shadowAlone: false,
    comparison: null,
    canaryComparison: null,
    waiting: [],
    lastTroubleAt: null,
    ...given,
  };
}

export interface HorizonsOptions {
  readonly n?: number;
  /** Of the challenger's loss to the champion's, at all or each of 1, 4 and 24 h. */
  readonly relative?: number | readonly number[];
  readonly logEWorse?: number;
  readonly logEBetter?: number;
  /** Coverage of the challenger's 50, 80 and 90 % intervals. */
  readonly shares?: readonly number[];
  /** Loss of the baselines, the champion's being 1. */
  readonly baselines?: number;
}

/** Two models that are alike and calibrated, but for what is given. */
export function horizonsWith(options: HorizonsOptions = {}): HorizonComparison[] {
  const { n = 200, relative = 0, logEWorse = -1, logEBetter = -1, shares = [0.5, 0.8, 0.9] } = options;
  return [1, 4, 24].map((horizonHours, i) => {
    const mean = typeof relative === 'number' ? relative : relative[i]!;
    return {
      horizonHours,
      n,
      championLoss: 1,
      challengerLoss: 1 + mean,
      evidence: { n, mean, low: mean - 0.05, high: mean + 0.05, logEWorse, logEBetter },
      challenger: {
        horizonHours,
        shares,
        standardErrors: [0.01, 0.01, 0.01],
        championShares: [0.5, 0.8, 0.9],
      },
      baselines: { ewma_rw: options.baselines ?? 1.1 },
    };
  });
}

export function comparison(
  horizons: readonly HorizonComparison[],
  answered: Partial<Answered> = {},
): Comparison {
  const all = { origins: 200, champion: 200, challenger: 200 };
  return { since: NOW - 300 * HOUR_MS, horizons, answered: { ...all, ...answered } };
}
