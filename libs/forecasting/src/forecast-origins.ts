import { HOUR_MS, type HourlyWindow } from '@btcforecast/timeseries';
import { correctionOf, type Correction, type Hindcast } from './correction.js';
import { hindcastRange, originsToAsk } from './hindcast-origins.js';
import type { LoadedModel } from './loaded-model.js';
import type { HorizonForecast, OriginFailure, OriginForecast } from './origin-forecast.js';
import { closeAt, outcomeAt, rawAnswers, type RawForecast } from './raw-answers.js';
import type { RawMemory } from './raw-memory.js';

const DEFAULT_BATCH = 256;

export interface ForecastOptions {
  /** Rows of one run of the graph; changes memory and time, no bit of the answer. Default 256. */
  readonly batch?: number;
  readonly onProgress?: (share: number) => void;
  /** Awaited between origins, so that other work gets a turn. */
  readonly pause?: () => Promise<void>;
  /** Of this model and this series, from one call to the next; changes time, no bit of the answer. */
  readonly memory?: RawMemory;
}

/**
 * Forecasts of all horizons from each origin: the one way in which forecasts are made, live, in a backtest and when
 * one is reproduced. A pure function of the model and, for each origin, of the `slotsNeeded` slots up to it: other
 * origins, the batch, the step, later candles and how long a process has been running change no bit.
 *
 * @param history hourly slots; where they begin later than slotsNeeded before an origin, the missing ones count as gaps
 * @param origins ms UTC, full hours, in any order
 * @returns in the order of the origins; an origin that cannot be forecast stops no other
 * @throws RangeError if an origin is no full hour, or the model reads what is not computed here; whatever the model
 *   throws
 */
export async function forecastOrigins(
  model: LoadedModel,
  history: HourlyWindow,
  origins: readonly number[],
  options: ForecastOptions = {},
): Promise<(OriginForecast | OriginFailure)[]> {
  const { batch = DEFAULT_BATCH, onProgress = () => {}, pause = () => Promise.resolve(), memory } = options;
  const off = origins.find((origin) => origin % HOUR_MS !== 0);
  if (off !== undefined) throw new RangeError(`the origin ${off} is no full hour in ms`);
  const correction = correctionOf(model.manifest);
  const wanted = new Set(origins);
  const asked = originsToAsk(origins, correction, model.manifest.horizonsHours).filter(
    (origin) => wanted.has(origin) || !Number.isNaN(closeAt(history, origin)),
  );
  const answers = await rawAnswers({ model, history, asked, wanted, batch, onProgress, pause, memory });
  const { horizonsHours } = model.manifest;
  const known = horizonsHours.map(() => new Map<number, Hindcast | null>());
  const past: Past = { history, answers, correction, horizonsHours, known };
  const made: (OriginForecast | OriginFailure)[] = [];
  for (const origin of origins) {
    await pause();
    const raw = answers.get(origin)!; // all origins were asked
    made.push('reason' in raw ? raw : forecastAt(origin, raw, past));
  }
  return made;
}

/** What corrections are made from. */
interface Past {
  readonly history: HourlyWindow;
  readonly answers: ReadonlyMap<number, RawForecast | OriginFailure>;
  readonly correction: Correction;
  readonly horizonsHours: readonly number[];
  /** By horizon and origin: hindcasts that were looked up before, null where there is none. */
  readonly known: readonly Map<number, Hindcast | null>[];
}

function forecastAt(origin: number, raw: RawForecast, past: Past): OriginForecast {
  const horizons = past.horizonsHours.map((horizonHours, h) => ({
    horizonHours,
    ...correctedHorizon(origin, raw, past, h),
  }));
  return { origin, price: closeAt(past.history, origin), horizons };
}

function correctedHorizon(
  origin: number,
  { horizons, crossed, given }: RawForecast,
  past: Past,
  h: number,
): Omit<HorizonForecast, 'horizonHours'> {
  const raw = horizons[h]!; // one per horizon
  const correction = past.correction.horizons[h];
  const state = correction ? correction.stateOf(hindcastsBefore(origin, past, h)) : [];
  const corrected = correction ? correction.correct(raw, state) : raw.quantiles;
  const quantiles = corrected.toSorted((a, b) => a - b);
  return {
    quantiles,
    volatility: raw.sigma,
    sorted: crossed[h]! || quantiles.some((value, l) => value !== corrected[l]),
    given: [...given![h]!, ...state], // kept for every wanted origin
  };
}

function hindcastsBefore(origin: number, past: Past, h: number): Hindcast[] {
  const { first, last } = hindcastRange(origin, past.horizonsHours[h]!, past.correction.spanHours);
  const known = past.known[h]!; // one per horizon
  const hindcasts: Hindcast[] = [];
  for (let at = first; at <= last; at += HOUR_MS) {
    let hindcast = known.get(at);
    if (hindcast === undefined) known.set(at, (hindcast = hindcastAt(at, past, h)));
    if (hindcast) hindcasts.push(hindcast);
  }
  return hindcasts;
}

/** Null where the model had no answer or the outcome is not there. */
function hindcastAt(origin: number, { history, answers, horizonsHours }: Past, h: number): Hindcast | null {
  const answer = answers.get(origin);
  if (!answer || 'reason' in answer) return null;
  const outcome = outcomeAt(history, origin, horizonsHours[h]!);
  return Number.isNaN(outcome) ? null : { origin, outcome, ...answer.horizons[h]! };
}
