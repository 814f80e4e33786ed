import { HOUR_MS, hourlyWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';
import type { LoadedModel } from '@btcforecast/forecasting';
import type { StoredModel } from '../src/backtest-model.js';
import {
  evaluateHar,
  harInputsOf,
  trainHar,
  type ManifestOf,
  type TrainedModel,
} from '@btcforecast/training';

type HarManifest = ManifestOf<'har_abs_emp'>;

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
    const [high, low] = [
      Math.max(open, close) * (1 + scale * Math.abs(noise())),
      Math.min(open, close) * (1 - scale * Math.abs(noise())),
    ];
    const candle = { openTime: START + i * HOUR_MS, open, high, low, close, volume: 60 + 40 * noise() };
    open = close;
    return candle;
  });
}

export function historyOf(candles: readonly Candle[]): HourlyWindow {
  const end = candles.at(-1)!.openTime + HOUR_MS;
  return hourlyWindow(candles, end, (end - candles[0]!.openTime) / HOUR_MS);
}

/** Candles whose prices and volume are multiplied from an instant on. */
export function scaledFrom(candles: readonly Candle[], instant: number, factor: number): Candle[] {
  return candles.map((candle) => {
    if (candle.openTime < instant) return candle;
    const { openTime, open, high, low, close, volume } = candle;
    return {
      openTime,
      open: open * factor,
      high: high * factor,
      low: low * factor,
      close: close * factor,
      volume: volume * factor,
    };
  });
}

export function trainedUntil(history: HourlyWindow, to: number): TrainedModel<HarManifest> {
  return trainHar({ history, to, name: 'har', version: 1, instrument: 'BTC-USD', codeVersion: '0.0.0' });
}

/** A trained model that answers by its evaluation in TypeScript. */
export function loaded({ manifest }: Pick<StoredModel, 'manifest'>): LoadedModel {
  if (manifest.family !== 'har_abs_emp') throw new Error(`no evaluation of ${manifest.family}`);
  const { fit } = manifest;
  return {
    manifest,
    predict: (inputs) =>
      Promise.resolve(
        inputs.map(({ blocks }) => {
          const { quantiles, sigma } = evaluateHar(fit, harInputsOf(blocks));
          return {
            quantiles: quantiles.map((row) => Float64Array.from(row)),
            sigma: Float64Array.from(sigma),
          };
        }),
      ),
    release: () => Promise.resolve(),
  };
}

/** A baseline as a model: its graph hands its only input on. */
export function handedOn({ manifest }: Pick<StoredModel, 'manifest'>): Promise<LoadedModel> {
  const [H, L] = [manifest.horizonsHours.length, manifest.levels.length];
  return Promise.resolve({
    manifest,
    predict: (inputs) =>
      Promise.resolve(
        inputs.map(({ blocks }) => {
          const [values] = Object.values(blocks);
          const quantiles = Array.from({ length: H }, (_, h) => values!.slice(h * L, (h + 1) * L));
          return { quantiles, sigma: Float64Array.from(quantiles, (row) => row[L - 1]! - row[0]!) };
        }),
      ),
    release: () => Promise.resolve(),
  });
}
