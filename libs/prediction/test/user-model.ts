import { createHash } from 'node:crypto';
import { WINDOW_SLOTS } from '@btcforecast/timeseries';
import { HAR_HORIZONS_HOURS, HAR_LEVELS, type ManifestOf } from '@btcforecast/training';
import { node, onnxFile, type OnnxFile } from './onnx-file.js';

const [H, L] = [HAR_HORIZONS_HOURS.length, HAR_LEVELS.length];
/** Volatility of an hour in the golden rows. */
const SCALES = [0.004, 0.005, 0.006];

export const INPUTS = { season_scale: ['N', H], reference_quantiles: ['N', H, L] } as const;
export const OUTPUTS = { quantiles: ['N', H, L], sigma: ['N', H] } as const;
/** The answer is the trailing year's quantiles, and the season's scale. */
export const SOUND_NODES = [
  node('Identity', ['reference_quantiles'], 'quantiles'),
  node('Identity', ['season_scale'], 'sigma'),
];

export interface UserModel {
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly manifest: ManifestOf<'user'>;
}

/** What a user might upload: sound, but for what is changed. The golden rows stay those of the sound graph. */
export function userModel(file: Partial<OnnxFile> = {}, name = 'mine'): UserModel {
  return withManifest(onnxFile({ nodes: SOUND_NODES, inputs: INPUTS, outputs: OUTPUTS, ...file }), name);
}

/** These bytes, and a manifest that states them. */
export function withManifest(onnx: Uint8Array, name = 'mine'): UserModel {
  const tensors = (values: Readonly<Record<string, readonly (number | 'N')[]>>) =>
    Object.entries(values).map(([tensor, shape]) => ({
      name: tensor,
      dtype: 'double' as const,
      shape: [...shape],
    }));
  const manifest: ManifestOf<'user'> = {
    format: 1,
    name,
    version: 1,
    family: 'user',
    instruments: ['BTC-USD'],
    inputs: tensors(INPUTS),
    outputs: tensors(OUTPUTS),
    features: [],
    windowSlots: WINDOW_SLOTS,
    horizonsHours: [...HAR_HORIZONS_HOURS],
    levels: [...HAR_LEVELS],
    trainingSpan: { from: '2020-01-01T00:00:00.000Z', to: '2024-01-01T00:00:00.000Z' },
    onnx: { sha256: createHash('sha256').update(onnx).digest('hex'), bytes: onnx.length, opset: 17 },
    golden: SCALES.map(goldenRow),
  };
  return { name, onnx, manifest };
}

function goldenRow(scale: number, i: number): ManifestOf<'user'>['golden'][number] {
  const sigma = HAR_HORIZONS_HOURS.map((hours) => scale * Math.sqrt(hours));
  const quantiles = sigma.map((value) => HAR_LEVELS.map((level) => value * 4 * (level - 0.5)));
  return {
    origin: new Date(Date.UTC(2024, 0, 1 + i)).toISOString(),
    inputs: { season_scale: sigma, reference_quantiles: quantiles.flat() },
    quantiles,
    sigma,
  };
}
