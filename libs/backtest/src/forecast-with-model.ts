import { InsufficientHistoryError, type HourlyWindow } from '@btcforecast/timeseries';
import {
  HAR_LEVELS,
  inputsAt,
  inputsSeries,
  type HarInputs,
  type InputsSeries,
  type ModelManifest,
} from '@btcforecast/training';
import type { ForecastRow, ForecastSet } from './forecast-row.js';
import { refitInstant, type RefitSchedule } from './refit-schedule.js';

/** A model in memory: a graph in a runtime. */
export interface LoadedModel {
  readonly manifest: ModelManifest;
  /** Quantiles of the log return for each origin, shape [H][L] of the manifest, by one run. */
  predict(inputs: readonly HarInputs[]): Promise<readonly RawAnswer[]>;
  /** Gives its memory back. */
  release(): Promise<void>;
}

interface RawAnswer {
  readonly quantiles: readonly Float64Array[];
}

export interface ForecastQuestion {
  readonly history: HourlyWindow;
  /** ms, full hours, ascending, each with its last candle in the history. */
  readonly origins: readonly number[];
  /** Shape [H]. */
  readonly horizonsHours: readonly number[];
  readonly onProgress?: (share: number) => void;
}

export interface ModelSource {
  readonly refit: RefitSchedule;
  /** Origins of one run of the graph; changes memory and time, no bit of the answer. */
  readonly batch: number;
  /** The model that was fitted at an instant, ms; null: as it is. Released as soon as the next one is due. */
  readonly open: (fittedAt: number | null) => Promise<LoadedModel>;
}

/**
 * Forecasts each origin as the live system does: the same inputs, the same graph, the same order of quantiles. A pure
 * function of the model and of each origin's window: other origins, the step between them and later candles change no
 * bit.
 *
 * @throws RangeError if a model has no such horizon or other levels; whatever opening a model throws
 */
export async function forecastWithModel(
  { history, origins, horizonsHours, onProgress = () => {} }: ForecastQuestion,
  { refit, batch, open }: ModelSource,
): Promise<ForecastSet> {
  const rows: ForecastRow[] = [];
  let crossed = 0;
  for (const { fittedAt, members } of groupByFit(origins, refit)) {
    const model = await open(fittedAt);
    try {
      onProgress(rows.length / origins.length);
      const run = prepare(history, model, horizonsHours);
      for (let start = 0; start < members.length; start += batch) {
        const answered = await run(members.slice(start, start + batch));
        rows.push(...answered.rows);
        crossed += answered.crossed;
        onProgress(rows.length / origins.length);
      }
    } finally {
      await model.release();
    }
  }
  return { rows, crossed };
}

function groupByFit(
  origins: readonly number[],
  refit: RefitSchedule,
): { fittedAt: number | null; members: number[] }[] {
  const groups: { fittedAt: number | null; members: number[] }[] = [];
  for (const origin of origins) {
    const fittedAt = refitInstant(origin, refit);
    const last = groups.at(-1);
    if (last?.fittedAt === fittedAt) last.members.push(origin);
    else groups.push({ fittedAt, members: [origin] });
  }
  return groups;
}

function prepare(history: HourlyWindow, model: LoadedModel, horizonsHours: readonly number[]) {
  const { manifest } = model;
  const picked = horizonsHours.map((hours) => manifest.horizonsHours.indexOf(hours));
  const name = `${manifest.name}@${manifest.version}`;
  if (picked.includes(-1)) {
    throw new RangeError(
      `${name} forecasts ${manifest.horizonsHours.join(', ')} h, not ${horizonsHours.join(', ')} h`,
    );
  }
  if (manifest.levels.join() !== HAR_LEVELS.join()) {
    throw new RangeError(`${name} forecasts other levels than ${HAR_LEVELS.join(', ')}`);
  }
  const series = inputsSeries(history, manifest);
  return async (origins: readonly number[]): Promise<ForecastSet> => {
    const inputs = origins.map((origin) => inputsOrNull(series, origin));
    const answers = await model.predict(inputs.filter((input) => input !== null));
    let crossed = 0;
    let next = 0;
    const rows = inputs.map((input) => {
      if (!input) return null;
      const { quantiles } = answers[next++]!; // one per input
      const sorted = picked.map((h) => quantiles[h]!.toSorted()); // numbers sort by value in a typed array
      crossed += sorted.filter((row, i) =>
        row.some((value, l) => value !== quantiles[picked[i]!]![l]),
      ).length;
      return sorted.map((row) => [...row]);
    });
    return { rows, crossed };
  };
}

function inputsOrNull(series: InputsSeries, origin: number): HarInputs | null {
  try {
    return inputsAt(series, origin);
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return null;
    throw error;
  }
}
