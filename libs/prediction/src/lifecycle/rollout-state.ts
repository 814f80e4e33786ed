import type { EvaluationCheck } from '@btcforecast/contracts';
import type { SkillEvidence } from '@btcforecast/timeseries';
import type { ModelReference } from '../models/model-files.js';
import type { Answered } from './rollout-scores.repository.js';
import type { Coverage } from './skill-checks.js';

/** A version that holds an alias, by a move or, for a champion, by configuration. */
export interface Tenure {
  readonly model: ModelReference;
  /** Number of the move; null: by configuration. */
  readonly moveId: string | null;
  /** First origin it holds for, ms; 0 by configuration. */
  readonly since: number;
  /** Who held the alias before. */
  readonly from: ModelReference | null;
}

/** What was found of a version in one tenure, or not yet. */
export interface PhaseVerdict {
  readonly verdict: 'passed' | 'refused';
  /** Number of the evaluation. */
  readonly id: string;
  /** What failed, in words. */
  readonly reason: string;
}

/** The challenger beside the champion at one horizon, over pairs that count. */
export interface HorizonComparison {
  readonly horizonHours: number;
  readonly n: number;
  /** Mean pinball loss, dimensionless. */
  readonly championLoss: number;
  readonly challengerLoss: number;
  /** Of challenger minus champion: `logEWorse` speaks against the challenger, `logEBetter` for it. */
  readonly evidence: SkillEvidence;
  readonly challenger: Coverage;
  /** Mean pinball loss of each baseline, by name. */
  readonly baselines: Readonly<Record<string, number>>;
}

export interface Comparison {
  /** First origin, ms. */
  readonly since: number;
  readonly horizons: readonly HorizonComparison[];
  readonly answered: Answered;
}

/** A version that might become challenger. */
export interface WaitingVersion {
  readonly model: ModelReference;
  /** Number of its newest walk-forward, and what came of it. */
  readonly walkForwardId: string;
  readonly walkForward: 'passed' | 'refused';
  readonly technical: 'passed' | 'refused' | null;
  /** Shadow, canary or its time as champion ended in a refusal, at any time. */
  readonly wasRefused: boolean;
  /** It, or a later version of the same name, has held an alias. */
  readonly hadItsTurn: boolean;
}

/** All that a decision about one feed and instrument depends on. */
export interface RolloutState {
  /** Event time, ms. */
  readonly now: number;
  readonly champion: Tenure;
  readonly challenger: Tenure | null;
  readonly canary: Tenure | null;
  /** The challenger is the champion's predecessor, put there by the champion's promotion. */
  readonly onProbation: boolean;
  /** Of the champion in this tenure. */
  readonly live: PhaseVerdict | null;
  /** Of the challenger in this tenure. */
  readonly shadow: PhaseVerdict | null;
  /** Of the canary in this tenure. */
  readonly canaryVerdict: PhaseVerdict | null;
  readonly challengerPassedTechnical: boolean;
  /** The challenger was refused in an earlier tenure, or by its newest walk-forward. */
  readonly challengerWasRefused: boolean;
  /** No walk-forward counted for the challenger. */
  readonly shadowAlone: boolean;
  /** Since both have been in place; null: without a challenger. */
  readonly comparison: Comparison | null;
  /** Since the canary began. */
  readonly canaryComparison: Comparison | null;
  /** In the order in which they were found good. */
  readonly waiting: readonly WaitingVersion[];
  /** Event time of the newest refusal or rollback, ms; null: there was none. */
  readonly lastTroubleAt: number | null;
}

/** What is to be done next; at most one alias move. */
export type RolloutDecision =
  | { readonly kind: 'wait'; readonly reason: string }
  | {
      readonly kind: 'judge';
      readonly phase: 'shadow' | 'canary' | 'live';
      readonly model: ModelReference;
      readonly verdict: 'passed' | 'refused';
      readonly checks: readonly EvaluationCheck[];
    }
  | {
      readonly kind: 'start_shadow' | 'start_canary' | 'promote' | 'roll_back' | 'clear';
      readonly model: ModelReference;
      /** The evaluation that it rests on; null where there is none. */
      readonly evaluationId: string | null;
      readonly reason: string;
    };
