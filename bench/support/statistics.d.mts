export function percentile(values: ArrayLike<number>, p: number): number;
export function median(values: ArrayLike<number>): number;
export function uniform(seed: number): () => number;
export function gaussian(next: () => number): () => number;
export function arrivals(
  kind: 'even' | 'poisson',
  perSecond: number,
  seconds: number,
  seed?: number,
): Float64Array;
