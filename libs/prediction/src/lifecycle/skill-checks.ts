import { INTERVAL_SHARES } from '@btcforecast/backtest';
import { check, type EvaluationCheck } from '../registry/evaluation-check.js';
import type { SkillLimits } from './promotion-policy.js';

/** Loss beside the champion's at one horizon. */
export interface RelativeLoss {
  readonly horizonHours: number;
  readonly n: number;
  /** (Loss − champion's) / champion's: 0.01 is 1 % worse. */
  readonly relative: number;
  /** Lower end of its 95 % interval; null: not known. */
  readonly low: number | null;
}

/** How often the central intervals held at one horizon, each in the order of INTERVAL_SHARES. */
export interface Coverage {
  readonly horizonHours: number;
  readonly shares: readonly number[];
  readonly standardErrors: readonly number[];
  /** The champion's on the same origins: who is no further off is let through. */
  readonly championShares: readonly number[];
}

const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
const signed = (value: number) => `${value > 0 ? '+' : ''}${percent(value)}`;

/** Not worse than the champion by more than the limits allow, at each horizon and over all of them. */
export function skillChecks(losses: readonly RelativeLoss[], limits: SkillLimits): EvaluationCheck[] {
  const overall = mean(losses.map(({ relative }) => relative));
  return [
    ...losses.map((loss) => horizonCheck(loss, limits)),
    check(
      'skill overall',
      overall <= limits.overallWorse,
      `mean loss ${signed(overall)} against the champion's, at most ${signed(limits.overallWorse)}`,
    ),
  ];
}

function horizonCheck(
  { horizonHours, n, relative, low }: RelativeLoss,
  { horizonWorse, horizonWorst }: SkillLimits,
): EvaluationCheck {
  const isSupported = low !== null && low > 0;
  const isWorse = relative > horizonWorst || (relative > horizonWorse && isSupported);
  const interval = low === null ? 'no interval' : `95 % interval from ${signed(low)}`;
  return check(
    `skill ${horizonHours} h`,
    !isWorse,
    `loss ${signed(relative)} against the champion's over ${n} origins (${interval}); at most ${signed(horizonWorse)} ` +
      `if that is no chance, ${signed(horizonWorst)} in any case`,
  );
}

/** Better than each baseline over the judged horizons. */
export function baselineChecks(differences: Readonly<Record<string, readonly number[]>>): EvaluationCheck[] {
  return Object.entries(differences).map(([name, relative]) => {
    const overall = mean(relative);
    return check(`better than ${name}`, overall < 0, `mean loss ${signed(overall)} against its`);
  });
}

/** The intervals hold as often as they say, or at least no less truly than the champion's. */
export function calibrationChecks(
  coverage: readonly Coverage[],
  { coveragePoints, coverageErrors, coverageBeyondChampion }: SkillLimits,
): EvaluationCheck[] {
  return coverage.map(({ horizonHours, shares, standardErrors, championShares }) => {
    const found = INTERVAL_SHARES.map((nominal, i) => {
      const off = Math.abs(shares[i]! - nominal); // one for each share
      const limit = Math.max(coveragePoints, coverageErrors * standardErrors[i]!);
      const championOff = Math.abs(championShares[i]! - nominal);
      return {
        passed: off <= Math.max(limit, championOff + coverageBeyondChampion),
        text: `${percent(nominal)}: ${percent(shares[i]!)} (champion ${percent(championShares[i]!)}), allowed ± ${percent(limit)}`,
      };
    });
    return check(
      `calibration ${horizonHours} h`,
      found.every(({ passed }) => passed),
      found.map(({ text }) => text).join('; '),
    );
  });
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
