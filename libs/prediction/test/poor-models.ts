import { HAR_HORIZONS_HOURS, type ManifestOf } from '@btcforecast/training';
import { doubles, node, type OnnxFile } from './onnx-file.js';
import { userModel, type UserModel } from './user-model.js';

const SIGMA = node('Identity', ['season_scale'], 'sigma');

/** Sound in all that can be checked without an outcome, and far too wide: the trailing year's quantiles, times `factor`. */
export function wideModel(factor: number, name = 'wide'): UserModel {
  const nodes = [node('Mul', ['reference_quantiles', 'factor'], 'quantiles'), SIGMA];
  const initializers = [doubles('factor', [], [factor])];
  return answering(name, { nodes, initializers }, (value) => factor * value);
}

/** Sound in the same way, and beside the point: the trailing year's quantiles, moved by `shift` (a log return). */
export function shiftedModel(shift: number, name = 'shifted'): UserModel {
  const nodes = [node('Add', ['reference_quantiles', 'shift'], 'quantiles'), SIGMA];
  return answering(name, { nodes, initializers: [doubles('shift', [], [shift])] }, (value) => value + shift);
}

/**
 * Sound while the market is calm: the trailing year's quantiles, but never beyond `limit` (of the log return of an hour,
 * and in proportion to the root of the horizon), whatever the market does.
 */
export function calmModel(limit: number, name = 'calm'): UserModel {
  const limits = HAR_HORIZONS_HOURS.map((hours) => limit * Math.sqrt(hours));
  const lowest = limits.map((value) => -value);
  const nodes = [
    node('Min', ['reference_quantiles', 'most'], 'below'),
    node('Max', ['below', 'least'], 'quantiles'),
    SIGMA,
  ];
  const initializers = [
    doubles('most', [limits.length, 1], limits),
    doubles('least', [limits.length, 1], lowest),
  ];
  return answering(name, { nodes, initializers }, (value, h) =>
    Math.max(lowest[h]!, Math.min(limits[h]!, value)),
  );
}

/** A graph with golden rows that state what it answers: `change` of the trailing year's quantiles. */
function answering(
  name: string,
  file: Partial<OnnxFile>,
  change: (value: number, horizon: number) => number,
): UserModel {
  const model = userModel(file, name);
  const golden: ManifestOf<'user'>['golden'] = model.manifest.golden.map((row) => ({
    ...row,
    quantiles: row.quantiles.map((quantiles, h) => quantiles.map((value) => change(value, h))),
  }));
  return { ...model, manifest: { ...model.manifest, golden } };
}
