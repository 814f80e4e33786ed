import {
  backtestModel,
  backtestOrigins,
  forecastWithBaselines,
  type BacktestOrigins,
  type HorizonScore,
} from '@btcforecast/backtest';
import {
  HORIZON_HOURS,
  horizonOfHours,
  type BacktestResult,
  type BacktestScore,
} from '@btcforecast/contracts';
import { InsufficientHistoryError } from '@btcforecast/timeseries';
import { dataDigest } from '@btcforecast/training';
import { openModel } from '../registry/open-model.js';
import { everyHoursOf } from './backtest-request.js';
import type { BacktestRun } from './backtest-run.js';
import type { BacktestProgress } from './backtest.repository.js';

const BATCH = 256;
/** What the baselines take of the time, roughly; fits take most of it where there are any. */
const BASELINES_SHARE = { none: 0.5, weekly: 0.1, monthly: 0.2 } as const;

/**
 * Forecasts past origins as the live system would have done, by the functions of `btcf backtest`, and scores what came
 * of it.
 *
 * @throws InsufficientHistoryError when the candles do not carry the question; whatever opening or asking the model
 *   throws
 */
export async function evaluateBacktest(
  { request, history, model, codeVersion }: BacktestRun,
  onProgress: (progress: BacktestProgress) => void,
): Promise<BacktestResult> {
  const { from, to, instrument, refit, horizons, reference } = request;
  const everyHours = everyHoursOf(request);
  const found = backtestOrigins(history, { from, to, everyHours });
  requireOrigins(found, request);
  const { origins, missing } = found;
  const question = { history, origins, horizonsHours: horizons.map((horizon) => HORIZON_HOURS[horizon]) };
  const first = BASELINES_SHARE[refit];
  const baselines = await forecastWithBaselines({
    ...question,
    onProgress: (share) => onProgress({ share: first * share, stage: 'forecasting with the baselines' }),
  });
  let stage = `forecasting with ${reference}`;
  const asked = {
    ...question,
    everyHours,
    instrument,
    baselines,
    onProgress: (share: number) => onProgress({ share: first + (1 - first) * share, stage }),
  };
  const result = await backtestModel(model, asked, {
    load: (files) => openModel(files, model.status),
    refit,
    batch: BATCH,
    codeVersion,
    onFit: (fittedAt) =>
      (stage = `${reference}, fitted as of ${new Date(fittedAt).toISOString().slice(0, 10)}`),
  });
  return {
    model: reference,
    origins: origins.length,
    missing,
    withoutHistory: result.withoutHistory,
    inSample: result.inSample,
    dataSha256: dataDigest(history).sha256,
    scores: result.scores.map(scoreOf),
  };
}

function requireOrigins({ origins }: BacktestOrigins, { from, to }: BacktestRun['request']): void {
  if (origins.length > 0) return;
  const span = `${new Date(from).toISOString()} and ${new Date(to).toISOString()}`;
  throw new InsufficientHistoryError(`no stored candle closes at an origin between ${span}`);
}

function scoreOf(score: HorizonScore): BacktestScore {
  const { horizonHours, n, pinball, crps, coverage, maeRatio, differences } = score;
  return {
    horizon: horizonOfHours(horizonHours),
    n,
    pinball,
    crps,
    coverage: coverage.map((each) => ({ ...each })),
    maeRatio,
    differences: differences.map((each) => ({ ...each })),
  };
}
