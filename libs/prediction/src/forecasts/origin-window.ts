import { slotsNeeded } from '@btcforecast/forecasting';
import {
  baselineQuantiles,
  HOUR_MS,
  InsufficientHistoryError,
  sliceWindow,
  WINDOW_SLOTS,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import type { ModelManifest } from '@btcforecast/training';

/** Quantiles of the log return of each baseline, by its name, shape [H][L]. */
export type BaselinesAt = Readonly<Record<string, readonly (readonly number[])[]>>;

/** What the baselines are asked for; the same for all models of a window. */
export interface BaselineSpec {
  readonly horizonsHours: readonly number[];
  readonly levels: readonly number[];
}

/** What was read for the forecasts of some origins. */
export interface WindowRead {
  /** Whose candles they are: the same for the same venue and instrument. */
  readonly series: string;
  /** ms, ascending. */
  readonly origins: readonly number[];
  /** Hourly slots up to the last origin. */
  readonly history: HourlyWindow;
  /** How long reading them took. */
  readonly querySeconds: number;
}

/** The candles that the forecasts of some origins are made from, read once for all models that are asked. */
export class OriginWindow implements WindowRead {
  readonly series: string;
  readonly origins: readonly number[];
  readonly history: HourlyWindow;
  readonly querySeconds: number;
  readonly #baselines = new Map<number, BaselinesAt | string>();

  constructor(
    read: WindowRead,
    private readonly spec: BaselineSpec,
  ) {
    this.series = read.series;
    this.origins = read.origins;
    this.history = read.history;
    this.querySeconds = read.querySeconds;
  }

  /** Whether it goes back far enough for a model. */
  reaches(manifest: ModelManifest): boolean {
    const span = (this.origins.at(-1)! - this.origins[0]!) / HOUR_MS; // at least one origin
    return this.history.close.length >= slotsNeeded(manifest) + span;
  }

  /** What the baselines say at an origin, or why they say nothing; computed once. */
  baselinesAt(origin: number): BaselinesAt | string {
    const known = this.#baselines.get(origin);
    if (known !== undefined) return known;
    const answer = this.#compute(origin);
    this.#baselines.set(origin, answer);
    return answer;
  }

  #compute(origin: number): BaselinesAt | string {
    const { horizonsHours, levels } = this.spec;
    try {
      const answers = baselineQuantiles(
        sliceWindow(this.history, origin, WINDOW_SLOTS),
        horizonsHours,
        levels,
      );
      return Object.fromEntries(
        Object.entries(answers).map(([name, byHorizon]) => [name, byHorizon.map((row) => [...row])]),
      );
    } catch (error) {
      if (error instanceof InsufficientHistoryError) return error.message;
      throw error;
    }
  }
}
