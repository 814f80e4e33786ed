import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CandleReader } from '@btcforecast/candle-reader';
import { HORIZON_HOURS, HORIZONS, QUANTILE_LEVELS } from '@btcforecast/contracts';
import {
  forecastOrigins,
  isFailure,
  RawMemory,
  slotsNeeded,
  type LoadedModel,
  type OriginForecast,
} from '@btcforecast/forecasting';
import { HOUR_MS, hourlyWindow, probabilityUp, WINDOW_SLOTS } from '@btcforecast/timeseries';
import type { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { OriginWindow, type BaselinesAt } from './origin-window.js';

/** Origins of one batch at most, and hours that they span: keeps memory flat while a long outage is caught up. */
export const MAX_BATCH = 64;

export interface MadeForecast {
  /** Close time of the last visible candle, ms. */
  readonly origin: number;
  readonly horizonHours: number;
  /** Close at the origin. */
  readonly price: number;
  /** Quantiles of the log return, ascending, shape [L]. */
  readonly quantiles: readonly number[];
  /** Sorting the quantiles changed something: they had crossed. */
  readonly sorted: boolean;
  readonly probabilityUp: number;
  /** Standard deviation of the log return over the horizon. */
  readonly volatility: number;
  /** All that entered for this horizon: the graph's inputs and the state of the correction. */
  readonly features: readonly number[];
  /** Quantiles of the log return of each baseline, shape [L]. */
  readonly baselines: Readonly<Record<string, readonly number[]>>;
}

export interface FailedOrigin {
  readonly origin: number;
  readonly reason: string;
}

export interface MakeReport {
  readonly made: readonly MadeForecast[];
  readonly failures: readonly FailedOrigin[];
  readonly inferenceSeconds: number;
}

export interface WindowQuestion {
  readonly instrument: string;
  readonly venue: string;
  /** ms, full hours, ascending, at least one, at most MAX_BATCH and within as many hours. */
  readonly origins: readonly number[];
  /** Models that will be asked. */
  readonly manifests: readonly ModelManifest[];
}

/** What every model answers, and so do the baselines beside it. */
const SPEC = { horizonsHours: HORIZONS.map((horizon) => HORIZON_HOURS[horizon]), levels: QUANTILE_LEVELS };

/** Computes forecasts; stores nothing and knows no clock. */
@Injectable()
export class ForecastMaker {
  /** By model and series; goes with the model. */
  readonly #memories = new WeakMap<LoadedModel, Map<string, RawMemory>>();

  constructor(private readonly candles: CandleReader) {}

  /** All that the forecasts of these models at these origins depend on, by one query. @throws AppError transient database.unavailable */
  async readWindow({ instrument, venue, origins, manifests }: WindowQuestion): Promise<OriginWindow> {
    const [first, last] = [origins[0]!, origins.at(-1)!];
    const slots = Math.max(WINDOW_SLOTS, ...manifests.map(slotsNeeded)) + (last - first) / HOUR_MS;
    const before = performance.now();
    const candles = await this.candles.window({ instrument, venue, until: last, slots });
    const querySeconds = (performance.now() - before) / 1_000;
    const series = `${venue} ${instrument}`;
    return new OriginWindow(
      { series, origins, history: hourlyWindow(candles, last, slots), querySeconds },
      SPEC,
    );
  }

  /**
   * Forecasts of all horizons of the model for each origin of the window, with those of the baselines: a pure function
   * of the model and of the slots up to each origin. An origin without enough history is reported and stops no other.
   *
   * @throws whatever the model throws
   */
  async make(model: LoadedModel, window: OriginWindow): Promise<MakeReport> {
    const clocked = timed(model);
    const memory = this.#memoryOf(model, window.series);
    const answers = await forecastOrigins(clocked, window.history, window.origins, {
      pause: nextTurn,
      memory,
    });
    const failures: FailedOrigin[] = [];
    const made: MadeForecast[] = [];
    for (const answer of answers) {
      await nextTurn(); // some ten milliseconds each: calls are answered in between
      if (isFailure(answer)) {
        failures.push(answer);
        continue;
      }
      const baselines = window.baselinesAt(answer.origin);
      if (typeof baselines === 'string') failures.push({ origin: answer.origin, reason: baselines });
      else made.push(...assemble(answer, baselines, model.manifest.levels));
    }
    return { made, failures, inferenceSeconds: clocked.seconds() };
  }

  #memoryOf(model: LoadedModel, series: string): RawMemory {
    const ofModel = this.#memories.get(model) ?? new Map<string, RawMemory>();
    const memory = ofModel.get(series) ?? new RawMemory();
    this.#memories.set(model, ofModel.set(series, memory));
    return memory;
  }
}

function assemble(
  { origin, price, horizons }: OriginForecast,
  baselines: BaselinesAt,
  levels: readonly number[],
): MadeForecast[] {
  return horizons.map(({ horizonHours, quantiles, volatility, sorted, given }, h) => ({
    origin,
    horizonHours,
    price,
    quantiles,
    sorted,
    probabilityUp: probabilityUp(quantiles, levels),
    volatility,
    features: given,
    baselines: Object.fromEntries(
      Object.entries(baselines).map(([name, byHorizon]) => [name, byHorizon[h]!]),
    ),
  }));
}

/** The model, and how long its runs have taken together. */
function timed(model: LoadedModel): LoadedModel & { readonly seconds: () => number } {
  let elapsedMs = 0;
  return {
    manifest: model.manifest,
    release: () => model.release(),
    predict: async (inputs) => {
      const before = performance.now();
      const answers = await model.predict(inputs);
      elapsedMs += performance.now() - before;
      return answers;
    },
    seconds: () => elapsedMs / 1_000,
  };
}
