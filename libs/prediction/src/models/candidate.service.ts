import { createRequire } from 'node:module';
import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { AppError } from '@btcforecast/platform';
import { HOUR_MS, hourlyWindow, InsufficientHistoryError, type HourlyWindow } from '@btcforecast/timeseries';
import type { TrainedModel } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { CandidateTrainer } from './candidate-trainer.js';
import { RegistryService, type Registration } from '../registry/registry.service.js';
import { ModelVersionRepository } from './model-version.repository.js';

/** Written into the manifest: the code that trained. */
const { version: CODE_VERSION } = createRequire(import.meta.url)('../../package.json') as { version: string };

export type CandidateResult = Registration;

/** Fits the champion's family on a feed's own candles and registers the result; it does not answer clients. */
@Injectable()
export class CandidateService {
  constructor(
    private readonly candles: CandleReader,
    private readonly feeds: MarketFeedReader,
    private readonly versions: ModelVersionRepository,
    private readonly trainer: CandidateTrainer,
    private readonly registry: RegistryService,
  ) {}

  /**
   * Trains on all hourly candles of the feed's active venue that close by `trainEnd`, outcomes included.
   *
   * Candidates are named after their feed (`har-live`), so that their numbers never meet those of shipped versions.
   * Doing it again for the same `trainEnd`, or twice at once, registers nothing new.
   *
   * @param trainEnd a full hour, ms; nothing that closes later is seen
   * @throws AppError caller forecast.insufficient_history when there are too few candles (another week will do),
   *   job.invalid_payload when `trainEnd` is off the hour, model.refused when it fails the technical check; transient
   *   when the training process died
   */
  async fit(feed: string, instrument: string, trainEnd: number): Promise<CandidateResult> {
    if (trainEnd % HOUR_MS !== 0) {
      throw new AppError('caller', 'job.invalid_payload', `trainEnd ${trainEnd} is no full hour in ms`);
    }
    const name = `har-${feed}`.slice(0, 40);
    const trainedTo = new Date(trainEnd).toISOString();
    const known = await this.versions.findTrainedTo(name, instrument, trainedTo);
    if (known !== null && (await this.registry.isChecked(name, known))) {
      return { state: 'known', name, version: known };
    }
    const history = await this.#history(feed, instrument, trainEnd);
    const model = await this.#train(history, { name, instrument, trainEnd });
    const { family } = model.manifest;
    return this.registry.register({ name, family, status: 'candidate', ...model, feed, instrument });
  }

  async #history(feed: string, instrument: string, trainEnd: number): Promise<HourlyWindow> {
    const market = await this.feeds.feed(feed, instrument);
    const series = { instrument, venue: market?.venue ?? '', interval: '1h' } as const;
    const from = market ? await this.candles.oldestOpenTime(series) : null;
    if (from === null || from >= trainEnd) {
      throw tooLittle(`there is no hourly candle of ${instrument} in the feed ${feed} yet`);
    }
    const candles = await this.candles.range(series, { from, to: trainEnd });
    return hourlyWindow(candles, trainEnd, (trainEnd - from) / HOUR_MS);
  }

  async #train(
    history: HourlyWindow,
    { name, instrument, trainEnd: to }: { name: string; instrument: string; trainEnd: number },
  ): Promise<TrainedModel> {
    try {
      // The final number is given on registration, under a lock; the graph's bytes do not depend on it.
      return await this.trainer.train({ history, to, name, version: 1, instrument, codeVersion: CODE_VERSION });
    } catch (error) {
      throw error instanceof InsufficientHistoryError ? tooLittle(error.message, error) : error;
    }
  }
}

function tooLittle(message: string, cause?: unknown): AppError {
  return new AppError('caller', 'forecast.insufficient_history', message, {}, { cause });
}
