/**
 * Coefficients that minimise the sum of squared errors, from the normal equations by Gaussian elimination. They are
 * positive semi-definite, so the diagonal will do as pivot; meant for a handful of columns of like size. Cost O(n k² + k³).
 *
 * @param rows    shape [n][k], n >= k, finite
 * @param targets shape [n]
 * @returns shape [k]; a column that the others explain gets 0
 */
export function leastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const k = rows[0]?.length ?? 0;
  const system = Array.from({ length: k }, () => new Float64Array(k + 1));
  for (const [n, row] of rows.entries()) {
    for (let i = 0; i < k; i++) {
      const equation = system[i]!;
      const value = row[i]!;
      for (let j = i; j < k; j++) equation[j]! += value * row[j]!;
      equation[k]! += value * targets[n]!;
    }
  }
  for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) system[i]![j] = system[j]![i]!;
  return solve(system);
}

function solve(system: Float64Array[]): number[] {
  const k = system.length;
  const scale = Math.max(...system.map((row, i) => Math.abs(row[i]!)));
  for (let i = 0; i < k; i++) {
    if (Math.abs(system[i]![i]!) <= 1e-12 * scale) system[i]!.fill(0);
    else eliminate(system, i);
  }
  return system.map((row, i) => (row[i] === 0 ? 0 : row[k]! / row[i]!));
}

/** Takes the column out of all other equations. */
function eliminate(system: readonly Float64Array[], column: number): void {
  const pivotRow = system[column]!;
  for (const row of system) {
    if (row === pivotRow) continue;
    const factor = row[column]! / pivotRow[column]!;
    for (let j = column; j < row.length; j++) row[j]! -= factor * pivotRow[j]!;
  }
}
