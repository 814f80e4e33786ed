import { HOUR_MS, hourlyWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';
import {
  evaluateHar,
  harInputsOf,
  trainHar,
  type CorrectionSpec,
  type ManifestOf,
} from '@btcforecast/training';
import type { LoadedModel } from '../src/loaded-model.js';

const START = Date.UTC(2021, 0, 4); // a Monday

/** Hourly candles of a walk with calm and wild days; the same at each call. */
export function marketCandles(hours: number): Candle[] {
  let state = 20_240_613;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  let open = 20_000;
  let wildness = 1;
  return Array.from({ length: hours }, (_, i) => {
    wildness = 0.95 * wildness + 0.05 * (0.4 + 4 * (noise() + 0.5) ** 4);
    const scale = 0.012 * wildness * (1 + 0.4 * Math.sin((2 * Math.PI * i) / 24));
    const close = open * Math.exp(scale * (noise() + noise() + noise()));
    const high = Math.max(open, close) * (1 + scale * Math.abs(noise()));
    const low = Math.min(open, close) * (1 - scale * Math.abs(noise()));
    const candle = { openTime: START + i * HOUR_MS, open, high, low, close, volume: 60 + 40 * noise() };
    open = close;
    return candle;
  });
}

export function historyOf(candles: readonly Candle[]): HourlyWindow {
  const end = candles.at(-1)!.openTime + HOUR_MS;
  return hourlyWindow(candles, end, (end - candles[0]!.openTime) / HOUR_MS);
}

export interface CountingModel extends LoadedModel {
  readonly manifest: ManifestOf<'har_abs_emp'>;
  /** Rows of each run so far. */
  readonly runs: number[];
}

/** A model fitted on these candles that answers by its evaluation in TypeScript. */
export function trainedModel(history: HourlyWindow, to: number, correction?: CorrectionSpec): CountingModel {
  const { manifest } = trainHar({
    history,
    to,
    name: 'har',
    version: 1,
    instrument: 'BTC-USD',
    codeVersion: '0.0.0',
  });
  return answering({ ...manifest, ...(correction && { correction }) });
}

export function answering(manifest: ManifestOf<'har_abs_emp'>): CountingModel {
  const runs: number[] = [];
  return {
    manifest,
    runs,
    predict: (inputs) => {
      runs.push(inputs.length);
      const answers = inputs.map(({ blocks }) => {
        const { quantiles, sigma } = evaluateHar(manifest.fit, harInputsOf(blocks));
        return {
          quantiles: quantiles.map((row) => Float64Array.from(row)),
          sigma: Float64Array.from(sigma),
        };
      });
      return Promise.resolve(answers);
    },
    release: () => Promise.resolve(),
  };
}
