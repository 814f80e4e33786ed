import { createHash } from 'node:crypto';
import {
  HOUR_MS,
  InsufficientHistoryError,
  sliceWindow,
  slotIndex,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { dataDigest } from './data-digest.js';
import { OPSET } from './onnx/graph-parts.js';
import type { TrainingRequest } from './training-request.js';

/**
 * All that training may see: the candles up to `to`, from the first one on.
 *
 * @throws RangeError if `to` is no full hour or lies outside the history; InsufficientHistoryError without a candle
 */
export function historyUntil(history: HourlyWindow, to: number): HourlyWindow {
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

/** What a manifest says of the candles and the program behind a model, whatever its family. */
export function provenance(seen: HourlyWindow, { codeVersion }: Pick<TrainingRequest, 'codeVersion'>) {
  const start = seen.end - seen.close.length * HOUR_MS;
  return {
    trainingSpan: { from: new Date(start).toISOString(), to: new Date(seen.end).toISOString() },
    data: dataDigest(seen),
    codeVersion,
  };
}

/** What a manifest says of its graph. */
export function graphFacts(onnx: Uint8Array) {
  return { sha256: createHash('sha256').update(onnx).digest('hex'), bytes: onnx.length, opset: OPSET };
}
