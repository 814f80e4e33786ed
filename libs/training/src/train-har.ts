import {
  FEATURE_NAMES,
  featureSeries,
  HOUR_MS,
  WINDOW_SLOTS,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { chooseReferenceWeights, type ReferenceWeights } from './choose-reference-weights.js';
import { evaluateHar, harInputsOf } from './evaluate-har.js';
import { fitHar, RIDGE, type HarFit } from './fit-har.js';
import type { HarGoldenRow } from './golden-rows.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarParameters } from './har-parameters.js';
import { inputTensors, outputTensors } from './inputs/input-blocks.js';
import { inputsAt, inputsSeries, type InputsSeries } from './inputs/model-inputs.js';
import type { ManifestOf } from './model-manifest.js';
import { harGraph } from './onnx/har-graph.js';
import { graphFacts, historyUntil, provenance } from './seen-history.js';
import type { TrainedModel, TrainingRequest } from './training-request.js';
import { trainingRows, type TrainingRows } from './training-rows.js';

/** Older origins than these four years make the coefficients worse. */
const DEFAULT_FIT_MS = 4 * 365 * 24 * HOUR_MS;
/** Golden rows lie at these shares of the fitted origins. */
const GOLDEN_SHARES = [0.1, 0.4, 0.7, 1];

/**
 * Trains one version of the HAR scale model. Depends on nothing but the request: the same request gives the same
 * bytes, whenever and however often. Runs some ten seconds on the calling thread for eight years of candles.
 *
 * @throws RangeError if `to` is no full hour or lies outside the history; InsufficientHistoryError if there are
 *   too few candles or outcomes
 */
export function trainHar(request: TrainingRequest): TrainedModel<HarManifest> {
  const { onProgress = () => {}, to } = request;
  const seen = historyUntil(request.history, to);
  const start = seen.end - seen.close.length * HOUR_MS;
  const fitFrom = Math.max(start, request.from ?? to - DEFAULT_FIT_MS);
  const series = inputsSeries(seen, INPUTS);
  const rows = trainingRows(featureSeries(seen), request.from === undefined ? start : fitFrom, to, (share) =>
    onProgress('features', share),
  );
  const selection = chooseReferenceWeights(seen, rows, to, DEFAULT_FIT_MS, (share) =>
    onProgress('weights', share),
  );
  onProgress('fit', 0);
  const fit = fitHar(rows, fitFrom, to);
  const parameters = withWeights(fit.parameters, selection.weights);
  const onnx = harGraph(parameters, { inputs: INPUTS.inputs, outputs: OUTPUTS });
  const golden = goldenOrigins(rows, fitFrom).map((origin) => goldenRow(parameters, series, origin));
  onProgress('fit', 1);
  return {
    onnx,
    manifest: manifestOf(request, seen, { ...fit, parameters }, { selection, onnx, golden, fitFrom }),
  };
}

function withWeights(parameters: HarParameters, weights: readonly number[]): HarParameters {
  const horizons = parameters.horizons.map((horizon, h) => ({ ...horizon, referenceWeight: weights[h]! }));
  return { ...parameters, horizons };
}

function goldenOrigins({ origins }: TrainingRows, fitFrom: number): number[] {
  const fitted = origins.filter((origin) => origin >= fitFrom);
  return GOLDEN_SHARES.map((share) => fitted[Math.round(share * (fitted.length - 1))]!);
}

function goldenRow(parameters: HarParameters, series: InputsSeries, origin: number): HarGoldenRow {
  const inputs = harInputsOf(inputsAt(series, origin).blocks);
  const { quantiles, sigma } = evaluateHar(parameters, inputs);
  const reference = [...inputs.referenceQuantiles];
  return {
    origin: new Date(origin).toISOString(),
    features: [...inputs.features],
    seasonScale: [...inputs.seasonScale],
    referenceQuantiles: HAR_HORIZONS_HOURS.map((_, h) => reference.slice(h * L, (h + 1) * L)),
    quantiles: quantiles.map((row) => [...row]),
    sigma: [...sigma],
  };
}

type HarManifest = ManifestOf<'har_abs_emp'>;

const L = HAR_LEVELS.length;
const SIZES = {
  features: [...FEATURE_NAMES],
  horizonsHours: [...HAR_HORIZONS_HOURS],
  levels: [...HAR_LEVELS],
};
/** What a version trained by this code reads and writes. */
const INPUTS = {
  ...SIZES,
  windowSlots: WINDOW_SLOTS,
  inputs: inputTensors(['features', 'season_scale', 'reference_quantiles'], SIZES),
};
const OUTPUTS = outputTensors(SIZES);

interface TrainingResult {
  readonly selection: ReferenceWeights;
  readonly onnx: Uint8Array;
  readonly golden: HarManifest['golden'];
  readonly fitFrom: number;
}

/** Keys in the order in which they are written. */
function manifestOf(
  request: TrainingRequest,
  seen: HourlyWindow,
  { parameters, rows }: HarFit,
  { selection, onnx, golden, fitFrom }: TrainingResult,
): HarManifest {
  const { weights: _weights, ...heldOut } = selection;
  const { trainingSpan, data, codeVersion } = provenance(seen, request);
  return {
    format: 1,
    name: request.name,
    version: request.version,
    family: 'har_abs_emp',
    instruments: [request.instrument],
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
    fit: {
      ridge: RIDGE,
      rows: [...rows],
      means: [...parameters.means],
      deviations: [...parameters.deviations],
      horizons: parameters.horizons.map((horizon) => ({
        ...horizon,
        coefficients: [...horizon.coefficients],
        shape: [...horizon.shape],
      })),
      selection: {
        origins: [...heldOut.origins],
        pinball: [...heldOut.pinball],
        referencePinball: [...heldOut.referencePinball],
      },
    },
    onnx: graphFacts(onnx),
    golden,
  };
}
