import { HOUR_MS, InsufficientHistoryError, slotIndex, type HourlyWindow } from '@btcforecast/timeseries';
import { givenFor, inputsAt, inputsSeries, type InputsSeries, type ModelInputs } from '@btcforecast/training';
import type { RawHorizon } from './correction.js';
import type { LoadedModel, RawAnswer } from './loaded-model.js';
import type { OriginFailure } from './origin-forecast.js';
import type { RawMemory } from './raw-memory.js';

/** What the graph says at one origin, in order and checked. */
export interface RawForecast {
  /** Shape [H], quantiles ascending. */
  readonly horizons: readonly RawHorizon[];
  /** By horizon: the graph's quantiles had crossed. */
  readonly crossed: readonly boolean[];
  /** By horizon: what the graph was given. Kept where a forecast is wanted. */
  readonly given?: readonly (readonly number[])[];
}

export interface RawQuestion {
  readonly model: LoadedModel;
  readonly history: HourlyWindow;
  /** Full hours, ms, ascending. */
  readonly asked: readonly number[];
  /** Of these also what the graph was given. */
  readonly wanted: ReadonlySet<number>;
  /** Rows of one run. */
  readonly batch: number;
  readonly onProgress: (share: number) => void;
  /** Awaited between origins. */
  readonly pause: () => Promise<void>;
  /** Of this model and this series. */
  readonly memory?: RawMemory | undefined;
}

/** Asks the model at each origin that is not remembered, in batches. By origin: its answer, or why there is none. */
export async function rawAnswers(question: RawQuestion): Promise<Map<number, RawForecast | OriginFailure>> {
  const { model, history, wanted, batch, onProgress, pause, memory } = question;
  const { manifest } = model;
  const series = inputsSeries(history, manifest);
  const known = memory?.recall(history, manifest.windowSlots);
  const answers = new Map<number, RawForecast | OriginFailure>();
  const asked = question.asked.filter((origin) => {
    const answer = wanted.has(origin) ? undefined : known?.get(origin);
    if (answer) answers.set(origin, answer);
    return !answer;
  });
  for (let start = 0; start < asked.length; start += batch) {
    const rows: ModelInputs[] = [];
    for (const origin of asked.slice(start, start + batch)) {
      await pause();
      const inputs = inputsOrFailure(series, origin);
      if ('reason' in inputs) answers.set(origin, inputs);
      else rows.push(inputs);
    }
    const answered = rows.length === 0 ? [] : await model.predict(rows);
    for (const [i, inputs] of rows.entries()) {
      const raw = checked(inputs.origin, answered[i]!); // one for each row
      const given = () => manifest.horizonsHours.map((_, h) => givenFor(inputs, manifest, h));
      answers.set(
        inputs.origin,
        'reason' in raw || !wanted.has(inputs.origin) ? raw : { ...raw, given: given() },
      );
    }
    onProgress(Math.min(1, (start + batch) / asked.length));
  }
  memory?.keep(history, answers);
  return answers;
}

/** Close of the candle that closes at an instant; NaN where it is missing or outside the history. */
export function closeAt(history: HourlyWindow, instant: number): number {
  return history.close[slotIndex(history, instant) - 1] ?? NaN;
}

/** Log return from an origin over `hours`; NaN where one of the two candles is missing. */
export function outcomeAt(history: HourlyWindow, origin: number, hours: number): number {
  return Math.log(closeAt(history, origin + hours * HOUR_MS) / closeAt(history, origin));
}

function inputsOrFailure(series: InputsSeries, origin: number): ModelInputs | OriginFailure {
  try {
    return inputsAt(series, origin);
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return { origin, reason: error.message };
    throw error;
  }
}

/** A forecast that is no number is none: the origin fails, and no other. */
function checked(origin: number, { quantiles, sigma }: RawAnswer): RawForecast | OriginFailure {
  const isSound = quantiles.every((row) => row.every(Number.isFinite)) && sigma.every((value) => value > 0);
  if (!isSound || !sigma.every(Number.isFinite)) {
    return { origin, reason: 'the model answered with quantiles that are no numbers, or with no volatility' };
  }
  const sorted = quantiles.map((row) => [...row].sort((a, b) => a - b));
  return {
    horizons: sorted.map((row, h) => ({ quantiles: row, sigma: sigma[h]! })),
    crossed: sorted.map((row, h) => row.some((value, l) => value !== quantiles[h]![l])),
  };
}
