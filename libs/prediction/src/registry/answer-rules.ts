import type { RawAnswer } from '@btcforecast/forecasting';
import type { GoldenRow, HarGoldenRow } from '@btcforecast/training';
import { check, type EvaluationCheck } from './evaluation-check.js';

/** Relative; what a manifest promises of its golden rows on any runtime. */
const GOLDEN_TOLERANCE = 1e-9;

/** Every golden row comes out as the manifest says. */
export function goldenCheck(
  golden: readonly (GoldenRow | HarGoldenRow)[],
  answers: readonly RawAnswer[],
): EvaluationCheck {
  for (const [i, { quantiles, sigma }] of golden.entries()) {
    const actual = numbersOf(answers[i]!); // one for each row
    const expected = [...quantiles.flat(), ...sigma];
    const at = expected.findIndex((value, k) => !isClose(actual[k]!, value));
    if (at < 0 && actual.length === expected.length) continue;
    const found = `golden row ${i} gives ${actual[at]} where the manifest says ${expected[at]}`;
    return check('golden_answers', false, found);
  }
  return check(
    'golden_answers',
    true,
    `${golden.length} golden rows come out to ${GOLDEN_TOLERANCE} relative`,
  );
}

/** Every number is one, and every standard deviation is positive. */
export function finiteCheck(answers: readonly RawAnswer[]): EvaluationCheck {
  const broken = answers.findIndex((answer) => !numbersOf(answer).every(Number.isFinite));
  if (broken >= 0) {
    return check('finite', false, `row ${broken} of ${answers.length} gives something that is no number`);
  }
  const flat = answers.findIndex(({ sigma }) => !sigma.every((value) => value > 0));
  if (flat >= 0)
    return check('finite', false, `row ${flat} of ${answers.length} gives a sigma that is not positive`);
  return check('finite', true, `${answers.length} rows give numbers, and positive sigmas`);
}

/** Quantiles ascend: always on golden rows, nearly always on others. */
export function orderCheck(
  golden: readonly RawAnswer[],
  plausible: readonly RawAnswer[],
  maxShare: number,
): EvaluationCheck {
  const [onGolden, onOthers] = [crossings(golden), crossings(plausible)];
  const horizons = plausible.reduce((sum, { quantiles }) => sum + quantiles.length, 0);
  return check(
    'quantile_order',
    onGolden === 0 && onOthers <= maxShare * horizons,
    `quantiles cross ${onGolden} times on golden rows (none may) and at ${onOthers} of ${horizons} horizons on ` +
      `plausible rows (at most ${maxShare * 100} % may)`,
  );
}

/** The bits of a row do not depend on what else is in the run. @param alone answers by their place in the run */
export function batchCheck(
  together: readonly RawAnswer[],
  alone: ReadonlyMap<number, RawAnswer>,
): EvaluationCheck {
  const differs = ([i, answer]: readonly [number, RawAnswer]): boolean =>
    !sameBits(numbersOf(answer), numbersOf(together[i]!));
  const found = [...alone].find(differs);
  return check(
    'batch_invariance',
    !found,
    found
      ? `row ${found[0]} gives other bits alone than among ${together.length}: sum in an order that does not depend on N`
      : `${alone.size} rows give the same bits alone and among ${together.length}`,
  );
}

/** Rows and horizons whose quantiles are out of order. */
export function crossings(answers: readonly RawAnswer[]): number {
  const crosses = (row: Float64Array): boolean => row.some((value, l) => l > 0 && value < row[l - 1]!);
  return answers.reduce((sum, { quantiles }) => sum + quantiles.filter(crosses).length, 0);
}

function numbersOf({ quantiles, sigma }: RawAnswer): number[] {
  return [...quantiles.flatMap((row) => [...row]), ...sigma];
}

function sameBits(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function isClose(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= GOLDEN_TOLERANCE * Math.max(Math.abs(actual), Math.abs(expected));
}
