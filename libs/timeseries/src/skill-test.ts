import { HOUR_MS } from './candle.js';
import { addObservation, emptySums, logEValue, meanBounds, type StreamSums } from './confidence-sequence.js';

/** How much more forecast A lost than forecast B at one origin. */
export interface LossDifference {
  /** Epoch ms; the outcome is known `horizonHours` later. */
  readonly origin: number;
  /** Loss of A minus loss of B, in any unit. */
  readonly difference: number;
}

export interface SkillEvidence {
  /** Origins given. */
  readonly n: number;
  /** Plain mean of the differences, in their unit; null while n is 0. */
  readonly mean: number | null;
  /** Ends of the 95 % confidence sequence of the mean; null until there is a scale to measure by. */
  readonly low: number | null;
  readonly high: number | null;
  /** log10 of the e-value against "A is not better than B"; 0 says nothing. */
  readonly logEBetter: number;
  /** log10 of the e-value against "A is not worse than B". */
  readonly logEWorse: number;
}

/** Matured differences that fix the first scale; they are not counted as evidence. */
const WARM_UP = 20;
/**
 * Differences are clipped at this many root mean squares of those known before. Wide, for clipping moves the mean that
 * is tested: for Student's t with 3 degrees of freedom it meets one difference in some 500.
 */
const CLIP = 6;
const ALPHA = 0.05;

/**
 * Evidence that forecast A is better or worse than B, valid at whatever moment one looks. Scores of overlapping
 * horizons are not martingale differences, so horizon h has h interleaved streams (origins congruent mod h hours);
 * each has its e-process, and the evidence is their average. The interval and the e-values agree: zero is outside the
 * interval on A's good side exactly when the e-value reaches 40. Cost O(n).
 *
 * What is tested is the mean of the differences, clipped at a bound that is known at each origin and weighted by its
 * inverse; both hardly matter after the first hundred. Evidence at 168 h grows 168 times as slowly as the count does.
 *
 * @param differences at most one per origin, in any order; gaps are allowed
 * @param horizonHours whole hours, >= 1
 * @throws RangeError for a difference that is not finite, an origin given twice, or a horizon that is none
 * @see Choe & Ramdas (2024), Comparing sequential forecasters, Operations Research 72(4); Henzi & Ziegel (2022), Valid
 *   sequential inference on probability forecast performance, Biometrika 109(3), for lagged outcomes
 */
export function skillEvidence(differences: readonly LossDifference[], horizonHours: number): SkillEvidence {
  const record = new SkillRecord(horizonHours);
  for (const one of differences.toSorted((a, b) => a.origin - b.origin)) record.add(one);
  return record.evidence();
}

/** The same, fed one origin after the other: for whoever watches at every step. */
export class SkillRecord {
  private readonly streams = new Map<number, StreamSums>();
  /** Differences whose outcome may still be unknown at the newest origin. */
  private readonly pending: LossDifference[] = [];
  private readonly known = { count: 0, squares: 0 };
  private count = 0;
  private sum = 0;
  private lastOrigin = -Infinity;

  constructor(private readonly horizonHours: number) {
    if (!Number.isInteger(horizonHours) || horizonHours < 1) {
      throw new RangeError(`a horizon is a whole number of hours from 1, not ${horizonHours}`);
    }
  }

  /** Takes the next difference; its origin must be later than the last one's. */
  add({ origin, difference }: LossDifference): void {
    if (!Number.isFinite(difference)) throw new RangeError(`a difference of losses is not ${difference}`);
    if (!(origin > this.lastOrigin)) throw new RangeError(`origin ${origin} is not after ${this.lastOrigin}`);
    this.lastOrigin = origin;
    this.mature(origin);
    this.count += 1;
    this.sum += difference;
    const stream = this.streamOf(origin);
    const { count, squares } = this.known;
    if (count >= WARM_UP && squares > 0) {
      addObservation(stream, difference, CLIP * Math.sqrt(squares / count));
    }
    this.pending.push({ origin, difference });
  }

  evidence(): SkillEvidence {
    const streams = [...this.streams.values()];
    const bounds = meanBounds(streams, ALPHA);
    return {
      n: this.count,
      mean: this.count === 0 ? null : this.sum / this.count,
      low: bounds?.low ?? null,
      high: bounds?.high ?? null,
      logEBetter: this.logEBetter(),
      logEWorse: this.logEWorse(),
    };
  }

  /** log10 of the e-value against "A is not better than B", without the price of the interval. */
  logEBetter(): number {
    return this.log10E(-1);
  }

  /** log10 of the e-value against "A is not worse than B". */
  logEWorse(): number {
    return this.log10E(1);
  }

  private log10E(sign: 1 | -1): number {
    if (this.count === 0) return 0;
    return logEValue([...this.streams.values()], 0, sign) / Math.LN10 + 0; // -0 to 0
  }

  /** Counts into the scale what is known at `origin`: only what has matured may set the clip. */
  private mature(origin: number): void {
    while (this.pending.length > 0 && this.pending[0]!.origin + this.horizonHours * HOUR_MS <= origin) {
      const { difference } = this.pending.shift()!;
      this.known.count += 1;
      this.known.squares += difference * difference;
    }
  }

  private streamOf(origin: number): StreamSums {
    const key = Math.floor(origin / HOUR_MS) % this.horizonHours;
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream = emptySums();
    this.streams.set(key, stream);
    return stream;
  }
}
