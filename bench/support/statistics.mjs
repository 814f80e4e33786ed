/** The value below which the share `p` of the values lies (nearest rank). Sorts a copy. */
export function percentile(values, p) {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))];
}

export function median(values) {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A seeded generator of uniform numbers in [0, 1) (mulberry32): the same sequence on every machine. */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box and Muller). */
export function gaussian(next) {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/**
 * When requests are due, ms from the start, ascending, up to `seconds`: `even` at equal distances, `poisson` with
 * exponential distances of the same mean, as from many clients that know nothing of each other.
 */
export function arrivals(kind, perSecond, seconds, seed = 1) {
  const next = uniform(seed);
  const meanMs = 1_000 / perSecond;
  const times = [];
  for (let at = 0; at < seconds * 1_000; at += kind === 'even' ? meanMs : -Math.log(1 - next()) * meanMs) {
    times.push(at);
  }
  return Float64Array.from(times);
}
