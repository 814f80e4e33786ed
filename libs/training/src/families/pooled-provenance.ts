import { createHash } from 'node:crypto';
import type { HourlyWindow } from '@btcforecast/timeseries';
import { provenance } from '../seen-history.js';
import type { TrainingRequest } from '../training-request.js';

/**
 * What a manifest says of the candles of one or several instruments. Of several: the span from the first candle of
 * any, all candles, and as digest the SHA-256 of the single digests (hexadecimal, one after the other).
 */
export function pooledProvenance(
  seen: readonly HourlyWindow[],
  request: Pick<TrainingRequest, 'codeVersion'>,
): ReturnType<typeof provenance> {
  const all = seen.map((history) => provenance(history, request));
  const first = all[0]!; // there is always the instrument's own
  if (all.length === 1) return first;
  const digests = all.map(({ data }) => data.sha256).join('');
  const froms = all.map(({ trainingSpan }) => trainingSpan.from).sort(); // ISO instants of one form sort by time
  return {
    ...first,
    trainingSpan: { ...first.trainingSpan, from: froms[0]! },
    data: {
      sha256: createHash('sha256').update(digests).digest('hex'),
      candles: all.reduce((sum, { data }) => sum + data.candles, 0),
    },
  };
}
