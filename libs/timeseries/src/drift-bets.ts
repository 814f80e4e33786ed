/**
 * Bets of the drift tests: factors whose mean is at most 1 while all is well. A factor 1 + λ·x has that
 * property when x >= −1/λ and the mean of x is at most 0; a larger λ finds a larger change sooner. "Well" allows for
 * a little: no model is calibrated to the point, and what was so from the start is not drift.
 */
const SHARES = [0.2, 0.5, 0.9] as const;

/** Departures of the mean of 2u − 1 and of 6u² − 6u + 1 from 0 that are not held against the model. */
export const PIT_TOLERANCE = 0.1;
/** Departure of the coverage of an 80 % interval that is not held against it. */
export const COVERAGE_TOLERANCE = 0.075;
/** Mean square of a standardised feature up to which it counts as the one that the model was trained on. */
export const FEATURE_MEAN_SQUARE = 1.5;

/**
 * Bets against a uniform probability integral transform: on its first two Legendre moments (the outcomes lie too high
 * or too low; the forecasts are too narrow or too wide), each to either side.
 *
 * @param pit in [0, 1]
 * @see Arnold, Henzi & Ziegel (2023), Sequentially valid tests for forecast calibration, Annals of Applied
 *   Statistics 17(3)
 */
export function pitBets(pit: number): number[] {
  const location = 2 * pit - 1;
  const dispersion = 6 * pit * pit - 6 * pit + 1;
  const least = -1 - PIT_TOLERANCE;
  return [
    ...betsOn(location - PIT_TOLERANCE, least),
    ...betsOn(-location - PIT_TOLERANCE, least),
    ...betsOn(dispersion - PIT_TOLERANCE, least),
    ...betsOn(-dispersion - PIT_TOLERANCE, least),
  ];
}

/** Bets against a coverage of 80 %: on fewer and on more. */
export function coverageBets(covered: boolean): number[] {
  const [least, most] = [0.8 - COVERAGE_TOLERANCE, 0.8 + COVERAGE_TOLERANCE];
  const inside = covered ? 1 : 0;
  return [...betsOn(least - inside, least - 1), ...betsOn(inside - most, -most)];
}

/** Bets on a loss above that of the best baseline. @param excess in [-1, 1], see lossPoints */
export function lossBets(excess: number): number[] {
  return betsOn(excess, -1);
}

/**
 * Bets against a feature's moments of training: on a mean square above one, whichever way it went.
 *
 * @param standardised feature less its mean, over its standard deviation
 */
export function featureBets(standardised: number): number[] {
  return betsOn((standardised * standardised) / FEATURE_MEAN_SQUARE - 1, -1);
}

/** @param least the smallest value that x can take, < 0 */
function betsOn(x: number, least: number): number[] {
  return SHARES.map((share) => 1 + (share * x) / -least);
}
