import { MarketClockReader } from '@btcforecast/candle-reader';
import { EventBus, JobQueues } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { referenceText } from '../registry/alias-move.js';
import { StandingRepository } from '../standing/standing.repository.js';
import { DriftEvaluator, type DriftFinding } from './drift-evaluator.service.js';
import { DriftSignalRepository, type DriftScope } from './drift-signal.repository.js';
import { driftSubject } from './drift-subject.js';

const DAY_MS = 86_400_000;

export interface DriftWatchResult {
  /** Who was watched; null while nobody answers. */
  readonly model: string | null;
  /** Alarms that this call put on record. */
  readonly raised: readonly string[];
  readonly findings: readonly DriftFinding[];
}

/**
 * Watches the model that answers. Any number of these may run at once, and twice: an alarm is put on record, announced
 * and acted on by whoever is first.
 */
@Injectable()
export class DriftWatch {
  constructor(
    private readonly evaluator: DriftEvaluator,
    private readonly standings: StandingRepository,
    private readonly signals: DriftSignalRepository,
    private readonly marketClock: MarketClockReader,
    private readonly events: EventBus,
    private readonly jobs: JobQueues,
  ) {}

  /** @throws AppError transient market.clock_unknown */
  async watch(feed: string, instrument: string): Promise<DriftWatchResult> {
    const now = await this.marketClock.now(feed, instrument);
    const state = await this.standings.findState(feed, instrument, 1, now);
    if (!state) return { model: null, raised: [], findings: [] };
    const scope = { feed, instrument, ...state.model };
    const model = referenceText(state.model);
    const report = await this.evaluator.evaluate(scope, now);
    if (!report) return { model, raised: [], findings: [] };
    const raised: string[] = [];
    for (const finding of report.findings) {
      if (await this.#record(scope, finding)) raised.push(driftSubject(finding));
    }
    for (const subject of raised) await this.#announce(scope, model, subject);
    if (raised.length > 0) await this.#askForTraining(scope, report.newestOrigin);
    return { model, raised, findings: report.findings };
  }

  /** False when there is nothing to raise, or another was first. */
  async #record(scope: DriftScope, { evidence, ...subject }: DriftFinding): Promise<boolean> {
    const { raisedOrigin, statistic, threshold, n } = evidence;
    if (raisedOrigin === null) return false;
    const { feed, instrument, name, version } = scope;
    const { test, horizonHours, feature } = subject;
    return this.signals.insertOnce({
      feed,
      instrument,
      modelName: name,
      modelVersion: version,
      test,
      horizonHours,
      feature,
      statistic: Math.max(statistic, threshold), // it has been there, whatever came after
      threshold,
      n,
      raisedOrigin: new Date(raisedOrigin),
    });
  }

  async #announce({ feed, instrument }: DriftScope, model: string, subject: string): Promise<void> {
    const [test] = subject.split(' ') as [string];
    await this.events.publish('drift.raised', { feed, instrument, model, test, subject });
  }

  /** A candidate that has seen what closed before today: one a day for a model, however much is raised. */
  async #askForTraining(
    { feed, instrument, name, version }: DriftScope,
    newestOrigin: number,
  ): Promise<void> {
    const trainEnd = newestOrigin - (newestOrigin % DAY_MS);
    const jobId = `fit_candidate-${feed}-${instrument}-drift-${name}-${version}-${trainEnd}`;
    await this.jobs.add('model_training', 'fit_candidate', { feed, instrument, trainEnd }, { jobId });
  }
}
