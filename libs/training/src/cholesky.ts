/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's decomposition.
 *
 * @param matrix A, row-major, shape [n · n]; only its lower triangle is read; overwritten
 * @param right  b, shape [n]
 * @returns x, shape [n]
 * @throws RangeError if A is not positive definite
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * n + k]! * matrix[column * n + k]!;
      if (row !== column) matrix[row * n + column] = sum / matrix[column * n + column]!;
      else if (sum > 0) matrix[row * n + row] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return substituteBack(matrix, substituteForward(matrix, right));
}

function substituteForward(lower: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const solution = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = right[row]!;
    for (let k = 0; k < row; k++) sum -= lower[row * n + k]! * solution[k]!;
    solution[row] = sum / lower[row * n + row]!;
  }
  return solution;
}

function substituteBack(lower: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const solution = new Float64Array(n);
  for (let row = n - 1; row >= 0; row--) {
    let sum = right[row]!;
    for (let k = row + 1; k < n; k++) sum -= lower[k * n + row]! * solution[k]!;
    solution[row] = sum / lower[row * n + row]!;
  }
  return solution;
}
