import { InsufficientHistoryError, WINDOW_SLOTS, HOUR_MS, type HourlyWindow } from '@btcforecast/timeseries';
import { goldenRowOf, type GoldenRow } from './golden-rows.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS } from './har-parameters.js';
import { inputTensors, outputTensors } from './inputs/input-blocks.js';
import { inputsAt, inputsSeries, type ModelInputs } from './inputs/model-inputs.js';
import type { BaselineFamily, ManifestOf } from './model-manifest.js';
import { baselineGraph, MIN_SIGMA } from './onnx/baseline-graph.js';
import { graphFacts, historyUntil, provenance } from './seen-history.js';
import type { TrainedModel, TrainingRequest } from './training-request.js';

const H = HAR_HORIZONS_HOURS.length;
const L = HAR_LEVELS.length;
const SIZES = { features: [], horizonsHours: [...HAR_HORIZONS_HOURS], levels: [...HAR_LEVELS] };
/** The 90 % interval of a normal distribution, in standard deviations. */
const INTERVAL = { lower: 0, upper: L - 1, deviations: 2 * 1.6448536269514722 };
const GOLDEN_BACK_HOURS = [0, 31, 175];

/** The input block that holds a baseline's answer. */
const BLOCKS: Readonly<Record<BaselineFamily, string>> = {
  uncond_1y: 'reference_quantiles',
  ewma_rw: 'ewma_rw_quantiles',
  ewma_gk_seas: 'ewma_gk_seas_quantiles',
  garch_t: 'garch_t_quantiles',
  garch_fhs_seas: 'garch_fhs_seas_quantiles',
};

/**
 * A baseline as a model: a graph that passes the baseline's own quantiles on. Nothing is fitted, so training on other
 * candles changes no answer; the candles only give the golden rows and the span up to which it counts as in sample.
 *
 * @throws RangeError if `to` is no full hour or lies outside the history; InsufficientHistoryError if a golden
 *   origin has too few candles before it
 */
export function trainBaseline(
  family: BaselineFamily,
  request: TrainingRequest,
): TrainedModel<ManifestOf<BaselineFamily>> {
  const { onProgress = () => {} } = request;
  onProgress('fit', 0);
  const seen = historyUntil(request.history, request.to);
  const spec = { ...SIZES, windowSlots: WINDOW_SLOTS, inputs: inputTensors([BLOCKS[family]], SIZES) };
  const outputs = outputTensors(SIZES);
  const onnx = baselineGraph(family, { inputs: spec.inputs, outputs }, INTERVAL);
  const golden = goldenInputs(seen, spec).map((inputs) => answered(inputs, BLOCKS[family]));
  onProgress('fit', 1);
  const manifest = {
    format: 1 as const,
    name: request.name,
    version: request.version,
    family,
    instruments: [request.instrument],
    ...spec,
    outputs,
    ...provenance(seen, request),
    onnx: graphFacts(onnx),
    golden,
  };
  return { onnx, manifest };
}

/** Origins whose candle is there, near the end of what was seen. */
function goldenInputs(seen: HourlyWindow, spec: Parameters<typeof inputsSeries>[1]): ModelInputs[] {
  const series = inputsSeries(seen, spec);
  return GOLDEN_BACK_HOURS.map((back) => {
    let slot = seen.close.length - 1 - back;
    while (slot >= 0 && Number.isNaN(seen.close[slot])) slot--;
    if (slot < 0) throw new InsufficientHistoryError('training needs some 90 days of hourly candles');
    return inputsAt(series, seen.end - (seen.close.length - 1 - slot) * HOUR_MS);
  });
}

/** What the graph answers, operation by operation. */
function answered(inputs: ModelInputs, block: string): GoldenRow {
  const values = inputs.blocks[block]!; // made for this block
  const quantiles = Array.from({ length: H }, (_, h) => [...values.subarray(h * L, (h + 1) * L)]);
  const widthOf = (row: readonly number[]): number => row[INTERVAL.upper]! - row[INTERVAL.lower]!;
  const sigma = quantiles.map((row) => Math.max(widthOf(row) / INTERVAL.deviations, MIN_SIGMA));
  return goldenRowOf(inputs, { quantiles, sigma });
}
