import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CandleReader } from '@btcforecast/candle-reader';
import {
  baselineQuantiles,
  HOUR_MS,
  hourlyWindow,
  InsufficientHistoryError,
  probabilityUp,
  sliceWindow,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import { inputsAt, inputsSeries, type HarInputs, type InputsSeries } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { ModelStore, type Runtime } from '../models/model-store.js';
import type { ModelAnswer } from '../models/onnx-model.js';

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
  /** The graph's quantiles had crossed. */
  readonly sorted: boolean;
  readonly probabilityUp: number;
  /** Standard deviation of the log return over the horizon. */
  readonly volatility: number;
  /** All that the graph was given for this horizon: features, season scale, reference quantiles. */
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
  readonly windowSeconds: number;
  readonly inferenceSeconds: number;
}

export interface MakeQuestion {
  readonly instrument: string;
  readonly venue: string;
  /** ms, full hours, ascending, at most MAX_BATCH and within as many hours. */
  readonly origins: readonly number[];
}

interface Prepared {
  readonly inputs: HarInputs;
  readonly price: number;
  readonly baselines: ReturnType<typeof baselineQuantiles>;
}

/** What prediction knows of the champion. */
export interface ChampionFacts {
  readonly name: string;
  readonly version: number;
  /** End of the training span, ms: an origin at or before it is in sample. */
  readonly trainedUntil: number;
}

/** Computes forecasts; stores nothing and knows no clock. */
@Injectable()
export class ForecastMaker {
  constructor(
    private readonly candles: CandleReader,
    private readonly models: ModelStore,
  ) {}

  get champion(): ChampionFacts {
    const { name, version, trainingSpan } = this.models.champion.manifest;
    return { name, version, trainedUntil: Date.parse(trainingSpan.to) };
  }

  get runtime(): Runtime {
    return this.models.runtime;
  }

  /**
   * Forecasts of all horizons of the model for each origin, with those of the baselines: a pure function of the
   * model and of the window of each origin. The windows are read by one query and share their memory; the graph
   * runs once. An origin without enough history is reported and stops no other.
   *
   * @throws AppError transient database.unavailable
   */
  async make({ instrument, venue, origins }: MakeQuestion): Promise<MakeReport> {
    const { manifest } = this.models.champion;
    const [first, last] = [origins[0], origins.at(-1)];
    if (first === undefined || last === undefined) {
      return { made: [], failures: [], windowSeconds: 0, inferenceSeconds: 0 };
    }
    const slots = manifest.windowSlots + (last - first) / HOUR_MS;
    const beforeQuery = performance.now();
    const candles = await this.candles.window({ instrument, venue, until: last, slots });
    const afterQuery = performance.now();
    const history = hourlyWindow(candles, last, slots);
    const series = inputsSeries(history, manifest);
    const prepared: Prepared[] = [];
    const failures: FailedOrigin[] = [];
    for (const origin of origins) {
      await nextTurn(); // some ten milliseconds each: calls are answered in between
      try {
        prepared.push(this.#prepare(history, series, origin));
      } catch (error) {
        if (!(error instanceof InsufficientHistoryError)) throw error;
        failures.push({ origin, reason: error.message });
      }
    }
    const beforeRun = performance.now();
    const answers = await this.models.champion.predict(prepared.map(({ inputs }) => inputs));
    const afterRun = performance.now();
    return {
      made: prepared.flatMap((one, i) => this.#assemble(one, answers[i]!)), // one for each
      failures,
      windowSeconds: (afterQuery - beforeQuery) / 1_000,
      inferenceSeconds: (afterRun - beforeRun) / 1_000,
    };
  }

  #prepare(history: HourlyWindow, series: InputsSeries, origin: number): Prepared {
    const { manifest } = this.models.champion;
    const window = sliceWindow(history, origin, manifest.windowSlots);
    return {
      inputs: inputsAt(series, origin),
      price: window.close.at(-1)!, // inputsAt refuses a window whose last slot is missing
      baselines: baselineQuantiles(window, manifest.horizonsHours, manifest.levels),
    };
  }

  #assemble({ inputs, price, baselines }: Prepared, answer: ModelAnswer): MadeForecast[] {
    const { horizonsHours, levels } = this.models.champion.manifest;
    return horizonsHours.map((horizonHours, h) => {
      const raw = [...answer.quantiles[h]!];
      const quantiles = raw.toSorted((a, b) => a - b);
      const reference = inputs.referenceQuantiles.subarray(h * levels.length, (h + 1) * levels.length);
      return {
        origin: inputs.origin,
        horizonHours,
        price,
        quantiles,
        sorted: quantiles.some((value, l) => value !== raw[l]),
        probabilityUp: probabilityUp(quantiles, levels),
        volatility: answer.sigma[h]!,
        features: [...inputs.features, inputs.seasonScale[h]!, ...reference],
        baselines: Object.fromEntries(
          Object.entries(baselines).map(([name, byHorizon]) => [name, [...byHorizon[h]!]]),
        ),
      };
    });
  }
}
