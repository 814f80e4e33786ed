export interface NelderMeadOptions {
  /** First step along each axis, shape [n]. */
  readonly steps: readonly number[];
  /** Stop once the simplex's values differ by less; default 1e-9. */
  readonly tolerance?: number;
  /** Default 400. */
  readonly maxIterations?: number;
}

interface Vertex {
  readonly point: readonly number[];
  readonly value: number;
}

/**
 * Minimises a function of few variables without derivatives: downhill simplex with the usual coefficients
 * (1, 2, 1/2, 1/2). Deterministic.
 *
 * @param objective finite or +Infinity at every point
 * @param start     shape [n]
 * @returns the best point found, shape [n]
 * @see Nelder & Mead (1965), A Simplex Method for Function Minimization, Computer Journal 7(4)
 */
export function nelderMead(
  objective: (point: readonly number[]) => number,
  start: readonly number[],
  { steps, tolerance = 1e-9, maxIterations = 400 }: NelderMeadOptions,
): readonly number[] {
  const at = (point: readonly number[]): Vertex => ({ point, value: objective(point) });
  const simplex = [
    at(start),
    ...start.map((_, axis) => at(start.map((x, i) => (i === axis ? x + steps[i]! : x)))),
  ];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    simplex.sort((a, b) => a.value - b.value);
    if (simplex.at(-1)!.value - simplex[0]!.value < tolerance) break;
    const replacement = betterThanWorst(simplex, at);
    if (replacement) simplex[simplex.length - 1] = replacement;
    else shrink(simplex, at);
  }
  return simplex.reduce((best, vertex) => (vertex.value < best.value ? vertex : best)).point;
}

function betterThanWorst(
  simplex: readonly Vertex[],
  at: (point: readonly number[]) => Vertex,
): Vertex | null {
  const worst = simplex.at(-1)!;
  const others = simplex.slice(0, -1);
  const centre = worst.point.map(
    (_, i) => others.reduce((sum, { point }) => sum + point[i]!, 0) / others.length,
  );
  const along = (factor: number): Vertex => at(centre.map((c, i) => c + factor * (worst.point[i]! - c)));
  const reflected = along(-1);
  if (reflected.value < simplex[0]!.value) {
    const expanded = along(-2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < others.at(-1)!.value) return reflected;
  const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : null;
}

function shrink(simplex: Vertex[], at: (point: readonly number[]) => Vertex): void {
  const best = simplex[0]!.point;
  for (let i = 1; i < simplex.length; i++) {
    simplex[i] = at(simplex[i]!.point.map((x, axis) => (x + best[axis]!) / 2));
  }
}
