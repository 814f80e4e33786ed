import { MarketClockReader } from '@btcforecast/candle-reader';
import { Clock, ENV, JobQueues, LOGGER, type Logger, SerialRunner } from '@btcforecast/platform';
import { FeedSettings } from '@btcforecast/prediction';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { quietly } from './quietly.js';
import type { WorkerEnv } from './worker.env.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The epoch was a Thursday: periods of training, usually weeks, are counted from the Monday after it. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const VOID_EVERY_MS = 5 * MINUTE_MS;
const CANDIDATE_EVERY_MS = HOUR_MS;

/**
 * Work that comes round by itself: partitions daily, overdue forecasts every five minutes, a candidate model weekly or
 * as configured. What belongs to a feed is asked for from here and not stored as a schedule of the queue, where it would
 * go on after the feed has been given up. Job ids let one of several workers through.
 */
@Injectable()
export class MaintenanceSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #overdue = new SerialRunner(() => this.#quietly(() => this.#askForOverdue()));
  readonly #candidate = new SerialRunner(() => this.#askForCandidates());
  #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly jobs: JobQueues,
    private readonly marketClock: MarketClockReader,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ENV) private readonly env: WorkerEnv,
  ) {}

  onApplicationBootstrap(): void {
    void this.#overdue.trigger();
    this.#timers = [
      setInterval(() => void this.#overdue.trigger(), VOID_EVERY_MS),
      // Hourly rather than weekly, so that a process that restarts now and then still comes round to it.
      setInterval(() => void this.#candidate.trigger(), CANDIDATE_EVERY_MS),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#overdue.stop(), this.#candidate.stop()]);
  }

  /** Registering the daily schedule again changes nothing, and makes up for queues that were not there at start. */
  async #askForOverdue(): Promise<void> {
    const { feed, instruments } = this.settings;
    await this.jobs.upsertSchedule('maintenance', 'ensure_partitions', DAY_MS, 'ensure_partitions', {});
    const occasion = Math.floor(this.clock.now() / VOID_EVERY_MS);
    for (const instrument of instruments) {
      const jobId = `void_overdue-${feed}-${instrument}-${occasion}`;
      await this.jobs.add('maintenance', 'void_overdue', { feed, instrument }, { jobId });
    }
  }

  /** A candidate sees what closed before the period began, event time: one for each, whoever asks how often. */
  async #askForCandidates(): Promise<void> {
    for (const instrument of this.settings.instruments) {
      await this.#quietly(() => this.#askForCandidate(instrument));
    }
  }

  async #askForCandidate(instrument: string): Promise<void> {
    const { feed } = this.settings;
    const now = await this.marketClock.now(feed, instrument);
    const trainEnd = now - ((now - FIRST_MONDAY_MS) % this.env.RETRAIN_EVERY);
    const jobId = `fit_candidate-${feed}-${instrument}-${trainEnd}`;
    await this.jobs.add('model_training', 'fit_candidate', { feed, instrument, trainEnd }, { jobId });
  }

  #quietly(work: () => Promise<void>): Promise<void> {
    return quietly(this.logger, 'a schedule could not be kept; it is tried again', work);
  }
}
