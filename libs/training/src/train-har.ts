import { createHash } from 'node:crypto';
import {
  FEATURE_NAMES,
  HOUR_MS,
  InsufficientHistoryError,
  sliceWindow,
  slotIndex,
  WINDOW_SLOTS,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { chooseReferenceWeights, type ReferenceWeights } from './choose-reference-weights.js';
import { dataDigest } from './data-digest.js';
import { evaluateHar } from './evaluate-har.js';
import { fitHar, RIDGE, type HarFit } from './fit-har.js';
import { inputsAt, inputsSeries, type InputsSeries } from './har-inputs.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarParameters } from './har-parameters.js';
import type { ModelManifest } from './model-manifest.js';
import { harGraph, harTensors, OPSET } from './onnx/har-graph.js';
import { trainingRows, type TrainingRows } from './training-rows.js';

/** Older origins than these four years make the coefficients worse. */
const DEFAULT_FIT_MS = 4 * 365 * 24 * HOUR_MS;
/** Golden rows lie at these shares of the fitted origins. */
const GOLDEN_SHARES = [0.1, 0.4, 0.7, 1];

export interface TrainingRequest {
  /** Hourly candles, as long a history as there is: what lies before `from` still feeds features and weights. */
  readonly history: HourlyWindow;
  /** Nothing that closes after this instant is seen, outcomes included; ms, a full hour. */
  readonly to: number;
  /** First fitted origin, ms; nothing is fitted or chosen on earlier ones. Default: four years before `to`. */
  readonly from?: number;
  readonly name: string;
  readonly version: number;
  readonly instrument: string;
  /** Version of the program, for the manifest. */
  readonly codeVersion: string;
  readonly onProgress?: (stage: TrainingStage, share: number) => void;
}
export type TrainingStage = 'features' | 'weights' | 'fit';

export interface TrainedModel {
  readonly onnx: Uint8Array;
  readonly manifest: ModelManifest;
}

/**
 * Trains one version of the HAR scale model. Depends on nothing but the request: the same request gives the same
 * bytes, whenever and however often. Runs some ten seconds on the calling thread for eight years of candles.
 *
 * @throws RangeError if `to` is no full hour or lies outside the history; InsufficientHistoryError if there are
 *   too few candles or outcomes
 */
export function trainHar(request: TrainingRequest): TrainedModel {
  const { onProgress = () => {}, to } = request;
  const seen = historyUntil(request.history, to);
  const start = seen.end - seen.close.length * HOUR_MS;
  const fitFrom = Math.max(start, request.from ?? to - DEFAULT_FIT_MS);
  const series = inputsSeries(seen, INPUTS);
  const rows = trainingRows(series.features, request.from === undefined ? start : fitFrom, to, (share) =>
    onProgress('features', share),
  );
  const selection = chooseReferenceWeights(seen, rows, to, DEFAULT_FIT_MS, (share) =>
    onProgress('weights', share),
  );
  onProgress('fit', 0);
  const fit = fitHar(rows, fitFrom, to);
  const parameters = withWeights(fit.parameters, selection.weights);
  const onnx = harGraph(parameters);
  const golden = goldenOrigins(rows, fitFrom).map((origin) => goldenRow(parameters, series, origin));
  onProgress('fit', 1);
  return {
    onnx,
    manifest: manifestOf(request, seen, { ...fit, parameters }, { selection, onnx, golden, fitFrom }),
  };
}

function historyUntil(history: HourlyWindow, to: number): HourlyWindow {
  const slots = slotIndex(history, to);
  if (!Number.isInteger(slots) || slots > history.close.length) {
    throw new RangeError(
      `training must end on a full hour within the candles, not at ${new Date(to).toISOString()}`,
    );
  }
  const first = history.close.findIndex((close) => !Number.isNaN(close));
  if (slots < 1 || first < 0 || first >= slots) {
    throw new InsufficientHistoryError(`there is no candle before ${new Date(to).toISOString()}`);
  }
  return sliceWindow(history, to, slots - first);
}

function withWeights(parameters: HarParameters, weights: readonly number[]): HarParameters {
  const horizons = parameters.horizons.map((horizon, h) => ({ ...horizon, referenceWeight: weights[h]! }));
  return { ...parameters, horizons };
}

function goldenOrigins({ origins }: TrainingRows, fitFrom: number): number[] {
  const fitted = origins.filter((origin) => origin >= fitFrom);
  return GOLDEN_SHARES.map((share) => fitted[Math.round(share * (fitted.length - 1))]!);
}

function goldenRow(
  parameters: HarParameters,
  series: InputsSeries,
  origin: number,
): ModelManifest['golden'][number] {
  const inputs = inputsAt(series, origin);
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

const L = HAR_LEVELS.length;
/** What a version trained by this code reads. */
const INPUTS = {
  features: [...FEATURE_NAMES],
  windowSlots: WINDOW_SLOTS,
  horizonsHours: [...HAR_HORIZONS_HOURS],
  levels: [...HAR_LEVELS],
};

interface TrainingResult {
  readonly selection: ReferenceWeights;
  readonly onnx: Uint8Array;
  readonly golden: ModelManifest['golden'];
  readonly fitFrom: number;
}

function manifestOf(
  { name, version, instrument, codeVersion, to }: TrainingRequest,
  seen: HourlyWindow,
  { parameters, rows }: HarFit,
  { selection, onnx, golden, fitFrom }: TrainingResult,
): ModelManifest {
  const iso = (instant: number): string => new Date(instant).toISOString();
  const { weights: _weights, ...heldOut } = selection;
  return {
    format: 1,
    name,
    version,
    family: 'har_abs_emp',
    instruments: [instrument],
    ...harTensors(FEATURE_NAMES.length, HAR_HORIZONS_HOURS.length, L),
    ...INPUTS,
    trainingSpan: { from: iso(seen.end - seen.close.length * HOUR_MS), to: iso(to) },
    fitSpan: { from: iso(fitFrom), to: iso(to) },
    data: dataDigest(seen),
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
    onnx: { sha256: createHash('sha256').update(onnx).digest('hex'), bytes: onnx.length, opset: OPSET },
    golden,
  };
}
