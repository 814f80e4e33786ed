import {
  FEATURE_NAMES,
  featureSeries,
  HOUR_MS,
  WINDOW_SLOTS,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { goldenRowOf } from '../golden-rows.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS } from '../har-parameters.js';
import { inputTensors, outputTensors } from '../inputs/input-blocks.js';
import { inputsAt, inputsSeries } from '../inputs/model-inputs.js';
import type { ManifestOf } from '../model-manifest.js';
import { graphFacts, historyUntil } from '../seen-history.js';
import type { TrainedModel, TrainingRequest } from '../training-request.js';
import { trainingRows, type TrainingRows } from '../training-rows.js';
import type { BlendFitRecord } from './blend-fit-record.js';
import { blendGraph } from './blend-graph.js';
import {
  BLEND_CORRECTION_MIN_OUTCOMES,
  BLEND_CORRECTION_SPAN_HOURS,
  BLEND_DESIGN,
  TILT_FEATURES,
  type BlendParameters,
} from './blend-parameters.js';
import { BLEND_INPUTS, blendBlocksOf, evaluateBlend } from './evaluate-blend.js';
import { BLEND_RIDGE, BLEND_TILT_RIDGE, fitBlend, type BlendFit } from './fit-blend.js';
import { pooledProvenance } from './pooled-provenance.js';
import { pooledRows } from './pooled-rows.js';

/** Two years are too few for the coefficients, and six no better than these four. */
const DEFAULT_FIT_MS = 4 * 365 * 24 * HOUR_MS;
/** Golden rows lie at these shares of the fitted origins. */
const GOLDEN_SHARES = [0.1, 0.4, 0.7, 1];

type BlendManifest = ManifestOf<'har_blend'>;

const SIZES = {
  features: [...FEATURE_NAMES],
  horizonsHours: [...HAR_HORIZONS_HOURS],
  levels: [...HAR_LEVELS],
};
/** What a version trained by this code reads and writes. */
const INPUTS = { ...SIZES, windowSlots: WINDOW_SLOTS, inputs: inputTensors(BLEND_INPUTS, SIZES) };
const OUTPUTS = outputTensors(SIZES);

/**
 * Trains one version of the blend: a HAR scale model whose shape is half empirical, half a quantile regression on past
 * returns. With `others` it is fitted to the candles of all instruments together: a base for instruments that have no
 * history of their own. Depends on nothing but the request: the same request gives the same bytes, whenever and
 * however often. Runs some ten seconds on the calling thread for one instrument's four years.
 *
 * @throws RangeError if `to` is no full hour or lies outside a history; InsufficientHistoryError if there are too few
 *   candles or outcomes
 */
export function trainBlend(request: TrainingRequest): TrainedModel<BlendManifest> {
  const { onProgress = () => {}, to, others = [] } = request;
  const seen = [request, ...others].map(({ history }) => historyUntil(history, to));
  const fitFrom = Math.max(Math.min(...seen.map(startOf)), request.from ?? to - DEFAULT_FIT_MS);
  const sets = seen.map((history, i) =>
    trainingRows(featureSeries(history), Math.max(fitFrom, startOf(history)), to, (share) =>
      onProgress('features', (i + share) / seen.length),
    ),
  );
  const fit = fitBlend(pooledRows(sets), fitFrom, to, (share) => onProgress('fit', share));
  const onnx = blendGraph(fit.parameters, { inputs: INPUTS.inputs, outputs: OUTPUTS });
  const golden = goldenRows(fit.parameters, seen[0]!, sets[0]!);
  onProgress('fit', 1);
  return { onnx, manifest: manifestOf(request, seen, fit, { onnx, golden, fitFrom }) };
}

function startOf(history: HourlyWindow): number {
  return history.end - history.close.length * HOUR_MS;
}

function goldenRows(parameters: BlendParameters, history: HourlyWindow, { origins }: TrainingRows) {
  const series = inputsSeries(history, INPUTS);
  return GOLDEN_SHARES.map((share) => {
    const inputs = inputsAt(series, origins[Math.round(share * (origins.length - 1))]!);
    return goldenRowOf(inputs, evaluateBlend(parameters, blendBlocksOf(inputs.blocks)));
  });
}

interface TrainingResult {
  readonly onnx: Uint8Array;
  readonly golden: BlendManifest['golden'];
  readonly fitFrom: number;
}

/** Keys in the order in which they are written. */
function manifestOf(
  request: TrainingRequest,
  seen: readonly HourlyWindow[],
  fit: BlendFit,
  { onnx, golden, fitFrom }: TrainingResult,
): BlendManifest {
  const { trainingSpan, data, codeVersion } = pooledProvenance(seen, request);
  return {
    format: 1,
    name: request.name,
    version: request.version,
    family: 'har_blend',
    instruments: [request, ...(request.others ?? [])].map(({ instrument }) => instrument),
    inputs: INPUTS.inputs,
    outputs: OUTPUTS,
    features: INPUTS.features,
    windowSlots: INPUTS.windowSlots,
    horizonsHours: INPUTS.horizonsHours,
    levels: INPUTS.levels,
    trainingSpan,
    fitSpan: { from: new Date(fitFrom).toISOString(), to: trainingSpan.to },
    data,
    codeVersion,
    correction: {
      kind: 'rolling_recalibration',
      spanHours: BLEND_CORRECTION_SPAN_HOURS,
      minOutcomes: BLEND_CORRECTION_MIN_OUTCOMES,
      weights: BLEND_DESIGN.map(({ correctionWeight }) => correctionWeight),
    },
    fit: recordOf(fit),
    onnx: graphFacts(onnx),
    golden,
  };
}

function recordOf({ parameters, rows }: BlendFit): BlendFitRecord {
  return {
    ridge: BLEND_RIDGE,
    tiltRidge: BLEND_TILT_RIDGE,
    tiltFeatures: [...TILT_FEATURES],
    rows: [...rows],
    means: [...parameters.means],
    deviations: [...parameters.deviations],
    horizons: parameters.horizons.map((horizon) => ({
      ...horizon,
      coefficients: [...horizon.coefficients],
      hourEffects: [...horizon.hourEffects],
      shape: [...horizon.shape],
      tilt: {
        constants: [...horizon.tilt.constants],
        coefficients: horizon.tilt.coefficients.map((row) => [...row]),
      },
    })),
  };
}
