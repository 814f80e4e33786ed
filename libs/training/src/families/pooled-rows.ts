import { FEATURE_NAMES } from '@btcforecast/timeseries';
import { HAR_HORIZONS_HOURS } from '../har-parameters.js';
import type { TrainingRows } from '../training-rows.js';

const F = FEATURE_NAMES.length;
const H = HAR_HORIZONS_HOURS.length;

/**
 * The rows of several instruments as one set: they are free of scale, so that one model can be fitted to all.
 *
 * @returns ascending by origin; for one origin in the order of the sets. One set comes back as it is
 */
export function pooledRows(sets: readonly TrainingRows[]): TrainingRows {
  if (sets.length === 1) return sets[0]!;
  const places = sets
    .flatMap((set) => set.origins.map((origin, row) => ({ origin, set, row })))
    .sort((a, b) => a.origin - b.origin); // stable: the order of the sets stays
  const pooled = {
    origins: places.map(({ origin }) => origin),
    features: new Float64Array(places.length * F),
    scales: new Float64Array(places.length * H),
    returns: new Float64Array(places.length * H),
  };
  for (const [i, { set, row }] of places.entries()) {
    pooled.features.set(set.features.subarray(row * F, (row + 1) * F), i * F);
    pooled.scales.set(set.scales.subarray(row * H, (row + 1) * H), i * H);
    pooled.returns.set(set.returns.subarray(row * H, (row + 1) * H), i * H);
  }
  return pooled;
}
