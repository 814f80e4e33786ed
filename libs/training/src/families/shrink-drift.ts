/**
 * Takes a share of the drift out of quantiles: each is moved towards the one of a distribution that mirrors itself at
 * zero, q τ − share/2 · (q τ + q (1−τ)). The widths between mirrored levels stay as they are.
 *
 * @param quantiles at levels that mirror each other around ½, ascending, shape [L]
 * @param share     0 leaves them alone, 1 makes them symmetric
 * @returns shape [L], ascending
 */
export function shrinkDrift(quantiles: ArrayLike<number>, share: number): number[] {
  const last = quantiles.length - 1;
  return Array.from(quantiles, (value, l) => (1 - share / 2) * value - (share / 2) * quantiles[last - l]!);
}
