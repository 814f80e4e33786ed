import {
  BASELINE_NAMES,
  baselineQuantiles,
  InsufficientHistoryError,
  sliceWindow,
  WINDOW_SLOTS,
  type BaselineName,
  type BaselineQuantiles,
} from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import type { ForecastRow, ForecastSet } from './forecast-row.js';
import type { ForecastQuestion } from './forecast-with-model.js';

/**
 * What the three baselines say at each origin, from its window alone, as the live system stores it beside a forecast.
 * Waits between origins, so that a picture of the progress can be drawn.
 */
export async function forecastWithBaselines({
  history,
  origins,
  horizonsHours,
  onProgress = () => {},
}: ForecastQuestion): Promise<Record<BaselineName, ForecastSet>> {
  const answers: (BaselineQuantiles | null)[] = [];
  for (const origin of origins) {
    answers.push(
      answerOrNull(() =>
        baselineQuantiles(sliceWindow(history, origin, WINDOW_SLOTS), horizonsHours, HAR_LEVELS),
      ),
    );
    onProgress(answers.length / origins.length);
    if (answers.length % 16 === 0) await new Promise(setImmediate);
  }
  const setOf = (name: BaselineName): ForecastSet => ({
    rows: answers.map((answer): ForecastRow => answer?.[name] ?? null),
    crossed: 0,
  });
  return Object.fromEntries(BASELINE_NAMES.map((name) => [name, setOf(name)])) as Record<
    BaselineName,
    ForecastSet
  >;
}

function answerOrNull(answer: () => BaselineQuantiles): BaselineQuantiles | null {
  try {
    return answer();
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return null;
    throw error;
  }
}
