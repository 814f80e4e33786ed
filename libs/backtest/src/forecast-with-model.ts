import { forecastOrigins, isFailure, type LoadedModel } from '@btcforecast/forecasting';
import type { HourlyWindow } from '@btcforecast/timeseries';
import { HAR_LEVELS, type ModelManifest } from '@btcforecast/training';
import type { ForecastSet } from './forecast-row.js';
import { refitInstant, type RefitSchedule } from './refit-schedule.js';

export interface ForecastQuestion {
  readonly history: HourlyWindow;
  /** ms, full hours, ascending, each with its last candle in the history. */
  readonly origins: readonly number[];
  /** Shape [H]. */
  readonly horizonsHours: readonly number[];
  readonly onProgress?: (share: number) => void;
  /** Awaited between origins, so that other work gets a turn. */
  readonly pause?: () => Promise<void>;
}

export interface ModelSource {
  readonly refit: RefitSchedule;
  /** Origins of one run of the graph; changes memory and time, no bit of the answer. */
  readonly batch: number;
  /** The model that was fitted at an instant, ms; null: as it is. Released as soon as the next one is due. */
  readonly open: (fittedAt: number | null) => Promise<LoadedModel>;
}

/**
 * Forecasts each origin as the live system does, through forecastOrigins. A pure function of the model and of the
 * slots before each origin: other origins, the step between them and later candles change no bit.
 *
 * @throws RangeError if a model has no such horizon or other levels; whatever opening a model throws
 */
export async function forecastWithModel(
  question: ForecastQuestion,
  source: ModelSource,
): Promise<ForecastSet> {
  const { history, origins, horizonsHours, onProgress = () => {}, pause } = question;
  const answers: ForecastSet[] = [];
  let done = 0;
  for (const { fittedAt, members } of groupByFit(origins, source.refit)) {
    const model = await source.open(fittedAt);
    try {
      onProgress(done / origins.length);
      const picked = pickHorizons(model.manifest, horizonsHours);
      const made = await forecastOrigins(model, history, members, {
        batch: source.batch,
        onProgress: (share) => onProgress((done + share * members.length) / origins.length),
        ...(pause && { pause }),
      });
      const rows = made.map((one) => (isFailure(one) ? null : picked.map((h) => one.horizons[h]!)));
      answers.push({
        rows: rows.map((row) => row && row.map(({ quantiles }) => quantiles)),
        crossed: rows.flatMap((row) => row ?? []).filter(({ sorted }) => sorted).length,
      });
    } finally {
      await model.release();
    }
    done += members.length;
  }
  return {
    rows: answers.flatMap(({ rows }) => rows),
    crossed: answers.reduce((sum, { crossed }) => sum + crossed, 0),
  };
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

/** Index of each horizon in the model's own order. */
function pickHorizons(manifest: ModelManifest, horizonsHours: readonly number[]): number[] {
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
  return picked;
}
