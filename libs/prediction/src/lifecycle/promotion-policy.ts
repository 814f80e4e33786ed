import { MODEL_MAX_BYTES } from '@btcforecast/contracts';

/** How far a version may fall behind the champion, and how well calibrated it must be. Shares are relative: 0.01 is 1 %. */
export interface SkillLimits {
  /** Mean over the judged horizons of how much larger its loss may be than the champion's. */
  readonly overallWorse: number;
  /** The same at any one horizon, where the difference is more than chance explains. */
  readonly horizonWorse: number;
  /** The same at any one horizon whatever chance explains: nobody promotes on the benefit of so much doubt. */
  readonly horizonWorst: number;
  /** A central interval may hold as many points more or less often than it says … */
  readonly coveragePoints: number;
  /** … or as many of its standard errors, if that is more. */
  readonly coverageErrors: number;
  /** … and in any case as many points further off than the champion's: to be refused it must be the worse of the two. */
  readonly coverageBeyondChampion: number;
}

/** A stretch of a version's life that is judged by matured forecasts of the same origins as the champion's. */
export interface LivePhase extends SkillLimits {
  /** Matured pairs of forecasts at each judged horizon after which it is judged. */
  readonly outcomes: number;
  /** Event time after which it is judged with what there is, hours. */
  readonly maxHours: number;
}

export interface PromotionPolicy {
  /** Horizons that decide, hours. Longer ones have too few independent outcomes; they are reported. */
  readonly judgedHours: readonly number[];
  readonly walkForward: SkillLimits & {
    /** Folds, each a calendar month; refits happen at their starts. */
    readonly months: number;
    /** Between origins; neighbours are nearly the same at the longer horizons, and each costs time. */
    readonly everyHours: number;
    /** Origins with an outcome at each judged horizon; with fewer it says nothing, and shadow decides alone. */
    readonly minOutcomes: number;
    /** Mean time of one forecast, all horizons, inputs and correction included, ms. */
    readonly maxForecastMs: number;
    /** Size of the graph. */
    readonly maxBytes: number;
  };
  readonly shadow: LivePhase;
  /** In the place of `shadow` for a version whose walk-forward could not count. */
  readonly shadowAlone: LivePhase;
  readonly canary: LivePhase & {
    /** Of requests that it answers. */
    readonly share: number;
  };
  /** Of a new champion beside its predecessor; goes on while it looks worse than `overallWorse`, proven or not. */
  readonly probation: Pick<LivePhase, 'outcomes' | 'maxHours' | 'overallWorse'>;
  /** Of the origins that were answered a challenger, and a new champion, must have answered `minAnswered`, from so many on. */
  readonly answersFrom: number;
  readonly minAnswered: number;
  /**
   * Chance that a version no worse than the one it is compared with is ever called worse, over all horizons together,
   * however often one looks: an e-value must reach horizons / alpha.
   */
  readonly alpha: number;
  /** After a refusal or a rollback no other version is taken up for so long, event time, hours. */
  readonly coolDownHours: number;
}

const DAY = 24;

/** What a version must show to become champion, and to stay it. Every number of it is here. */
export const PROMOTION_POLICY: PromotionPolicy = {
  judgedHours: [1, 4, 24],
  // Six months of 6-hourly origins: the difference of two good models is then known to some 0.5 % at 1 and 4 h.
  walkForward: {
    months: 6,
    everyHours: 6,
    minOutcomes: 240, // two months
    // A recipe that was fitted a week later is as good as its champion but for noise, and is fresher.
    overallWorse: 0.001,
    horizonWorse: 0.005,
    horizonWorst: 0.03,
    coveragePoints: 0.03,
    coverageErrors: 2,
    coverageBeyondChampion: 0.01,
    maxForecastMs: 250,
    maxBytes: MODEL_MAX_BYTES,
  },
  // A week of hourly origins cannot prove skill; it shows that the live answers are those that walked forward.
  shadow: {
    outcomes: 7 * DAY,
    maxHours: 45 * DAY,
    overallWorse: 0.02,
    horizonWorse: 0.03,
    horizonWorst: 0.1,
    coveragePoints: 0.08,
    coverageErrors: 3,
    coverageBeyondChampion: 0.03,
  },
  shadowAlone: {
    outcomes: 60 * DAY,
    maxHours: 120 * DAY,
    overallWorse: 0,
    horizonWorse: 0.01,
    horizonWorst: 0.05,
    coveragePoints: 0.05,
    coverageErrors: 2.5,
    coverageBeyondChampion: 0.02,
  },
  canary: {
    share: 0.1,
    outcomes: 3 * DAY,
    maxHours: 30 * DAY,
    // Fewer outcomes than in shadow, so wider: what is judged here is that answering clients has changed nothing.
    overallWorse: 0.04,
    horizonWorse: 0.05,
    horizonWorst: 0.2,
    coveragePoints: 0.1,
    coverageErrors: 3,
    coverageBeyondChampion: 0.05,
  },
  probation: { outcomes: 14 * DAY, maxHours: 60 * DAY, overallWorse: 0.02 },
  answersFrom: 12,
  minAnswered: 0.9,
  alpha: 0.05,
  coolDownHours: DAY,
};
