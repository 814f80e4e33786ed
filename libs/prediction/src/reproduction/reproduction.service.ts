import { setImmediate as nextTurn } from 'node:timers/promises';
import { CandleReader } from '@btcforecast/candle-reader';
import { type Limits, QUANTILE_KEYS, type Quantiles, type ReproductionReply } from '@btcforecast/contracts';
import type { ForecastEntity } from '@btcforecast/database';
import { forecastOrigins, isFailure, slotsNeeded, type LoadedModel } from '@btcforecast/forecasting';
import { AppError } from '@btcforecast/platform';
import { hourlyWindow } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { forecastId } from '../forecasts/forecast-id.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { ModelRunError } from '../models/model-run.error.js';
import { ModelStore } from '../models/model-store.js';
import { compareForecasts, type ComparedForecast, type Comparison } from './compare-forecasts.js';

/** A forecast as it comes out now, and how it compares with the stored one. */
interface Attempt extends Comparison {
  readonly recomputed: ComparedForecast;
  /** Candles that it was made from. */
  readonly candles: number;
}

/** Each keeps the thread busy for some hundred milliseconds; live forecasts come first. */
const MAX_WAITING = 20;

/** Computes stored forecasts anew, from the stored candles and the stored model, as they were made when live. */
@Injectable()
export class ReproductionService {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    private readonly forecasts: ForecastRepository,
    private readonly candles: CandleReader,
    private readonly models: ModelStore,
  ) {}

  /**
   * One at a time, in the order asked.
   *
   * Candles count as they were first stored: what became known of them later stands beside them. A candle that was
   * missing when the forecast was issued, and was fetched since, is left out again if only that makes it come out.
   *
   * @throws AppError caller forecast.not_found, forecast.not_reproducible when the model or candles are gone;
   *   transient service.not_ready when too many wait, forecast.model_not_ready when the model cannot be loaded now
   */
  async reproduce(id: string, limits: Limits): Promise<ReproductionReply> {
    const row = await this.forecasts.getVisible(id, limits);
    if (this.#waiting >= MAX_WAITING) throw tooMany();
    this.#waiting += 1;
    const mine = this.#last.then(() => this.#reproduce(row)).finally(() => (this.#waiting -= 1));
    this.#last = mine.catch(() => {}); // whoever asked hears of it
    return mine;
  }

  async #reproduce(row: ForecastEntity): Promise<ReproductionReply> {
    const model = { name: row.modelName, version: row.modelVersion };
    try {
      return await this.models.use(model, (loaded) => this.#withModel(row, loaded));
    } catch (error) {
      if (!(error instanceof ModelRunError)) throw error;
      throw unusableModel(row, error.cause);
    }
  }

  async #withModel(row: ForecastEntity, model: LoadedModel): Promise<ReproductionReply> {
    const now = await this.#attempt(row, model);
    if (now.verdict === 'identical') return this.#reply(row, now, '');
    const then = await this.#attempt(row, model, row.recordedAt.getTime() + 1); // the database counts finer than ms
    const late = now.candles - then.candles;
    if (late === 0 || then.verdict === 'different') return this.#reply(row, now, '');
    const note = `without the ${late} candles of its window that were stored only after it had been issued: `;
    return this.#reply(row, then, note);
  }

  /** @param knownBy wall time, ms: candles that were stored later are taken for missing */
  async #attempt(row: ForecastEntity, model: LoadedModel, knownBy?: number): Promise<Attempt> {
    const { instrument, venue } = row;
    const origin = row.originAt.getTime();
    const slots = slotsNeeded(model.manifest);
    const until = { until: origin, slots, ...(knownBy !== undefined && { knownBy }) };
    const candles = await this.candles.window({ instrument, venue, ...until });
    const [answer] = await forecastOrigins(model, hourlyWindow(candles, origin, slots), [origin], {
      pause: nextTurn,
    });
    if (!answer || isFailure(answer)) throw withoutCandles(row, answer?.reason ?? 'no answer');
    const horizon = answer.horizons.find(({ horizonHours }) => horizonHours === row.horizonHours);
    if (!horizon) throw withoutCandles(row, `the model forecasts no ${row.horizonHours} h`);
    const identity = { originAt: origin, horizonHours: row.horizonHours, features: horizon.given };
    const { modelName, modelVersion } = row;
    const recomputed = {
      id: forecastId({ instrument, venue, modelName, modelVersion, ...identity }),
      quantiles: horizon.quantiles,
      volatility: horizon.volatility,
    };
    return { ...compareForecasts(comparedOf(row), recomputed), recomputed, candles: candles.length };
  }

  #reply(row: ForecastEntity, attempt: Attempt, note: string): ReproductionReply {
    const { verdict, recomputed, largestDifference } = attempt;
    const now = { ...this.models.runtime };
    return {
      id: row.id,
      verdict,
      detail: `${note}${explanation(row, attempt, isSame(row.runtime, now))}`,
      recomputedId: recomputed.id,
      stored: prices(row.price, row.logReturnQuantiles),
      recomputed: prices(row.price, recomputed.quantiles),
      largestDifference,
      runtime: { stored: row.runtime, now },
    };
  }
}

function comparedOf({ id, logReturnQuantiles, volatility }: ForecastEntity): ComparedForecast {
  return { id, quantiles: logReturnQuantiles, volatility };
}

function explanation(row: ForecastEntity, { verdict, recomputed }: Attempt, sameRuntime: boolean): string {
  if (verdict === 'identical')
    return 'the same inputs, the same quantiles and the same volatility, bit for bit';
  const inputs =
    recomputed.id === row.id ? 'the inputs are the same' : 'the inputs differ, and so does the id';
  if (verdict === 'close') {
    const why = sameRuntime ? 'though on the same runtime' : 'as another runtime or processor may give';
    return `${inputs}; the answer differs by less than a millionth of the volatility, ${why}`;
  }
  const hint =
    recomputed.id === row.id
      ? 'compare the runtimes'
      : 'candles before the origin are not those that it was made from: look at the gaps and at what was imported since';
  return `${inputs}; the answer differs; ${hint}`;
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);
}

function prices(price: number, quantiles: readonly number[]): Quantiles {
  const entries = QUANTILE_KEYS.map((key, l) => [key, price * Math.exp(quantiles[l]!)]); // one for each level
  return Object.fromEntries(entries) as Quantiles;
}

function withoutCandles({ id }: ForecastEntity, reason: string): AppError {
  const message = `the forecast cannot be computed anew: ${reason}; import the candles with btcf data import and ask again`;
  return new AppError('caller', 'forecast.not_reproducible', message, { id });
}

function unusableModel({ id, modelName, modelVersion }: ForecastEntity, cause: Error): AppError {
  const model = `${modelName}@${modelVersion}`;
  if ((cause as Partial<AppError>).code === 'model.not_found') {
    const message = `the forecast cannot be computed anew: its model ${model} is not in this database`;
    return new AppError('caller', 'forecast.not_reproducible', message, { id }, { cause });
  }
  const message = `the model ${model} cannot be loaded now; the log of prediction says why, try again later`;
  return new AppError('transient', 'forecast.model_not_ready', message, { id }, { cause });
}

function tooMany(): AppError {
  const message = 'too many forecasts are being computed anew; try again in some seconds';
  return new AppError('transient', 'service.not_ready', message, { retryAfterSeconds: 5 });
}
