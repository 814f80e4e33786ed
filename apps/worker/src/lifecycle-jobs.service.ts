import { LOGGER, Metrics, type Logger } from '@btcforecast/platform';
import {
  CandidateGate,
  RolloutService,
  type GateQuestion,
  type GateResult,
  type RolloutStep,
} from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';

/** Percent between two lines of the log about a walk-forward. */
const LOG_EVERY_PERCENT = 20;

/** Gate and rollout as jobs: with progress, lines in the log, and counters. */
@Injectable()
export class LifecycleJobs {
  readonly #gated;
  readonly #steps;

  constructor(
    private readonly gate: CandidateGate,
    private readonly rollout: RolloutService,
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#gated = metrics.counter('model_gate_total', 'Walk-forwards that ended, by verdict', ['verdict']);
    this.#steps = metrics.counter(
      'model_rollout_steps_total',
      'Verdicts and alias moves of the rollout policy, by kind',
      ['step'],
    );
    this.#steps.inc({ step: 'roll_back' }, 0); // a series that begins at its first count shows no increase
  }

  async evaluate(question: GateQuestion, job: Job): Promise<GateResult> {
    const { feed, instrument, name, version } = question;
    const subject = { feed, instrument, model: `${name}@${version}` };
    const result = await this.gate.evaluate(question, this.#progressOf(job, subject));
    this.#gated.inc({ verdict: result.state });
    this.logger.info({ ...subject, ...result }, 'candidate walked forward');
    return result;
  }

  async judge(feed: string, instrument: string): Promise<RolloutStep[]> {
    const steps = await this.rollout.judge(feed, instrument);
    for (const { kind, reason } of steps) {
      if (kind === 'wait' || kind === 'busy') continue;
      this.#steps.inc({ step: kind });
      const level = kind === 'roll_back' ? 'warn' : 'info';
      this.logger[level]({ feed, instrument, step: kind, reason }, 'rollout went a step on');
    }
    return steps;
  }

  /** Tells the queue of each whole percent; a progress that could not be told stops no job. */
  #progressOf(job: Job, subject: object): (share: number) => void {
    let told = 0;
    return (share) => {
      const percent = Math.floor(100 * share);
      if (percent <= told) return;
      if (Math.floor(percent / LOG_EVERY_PERCENT) > Math.floor(told / LOG_EVERY_PERCENT)) {
        this.logger.info({ ...subject, percent }, 'candidate is walked forward');
      }
      told = percent;
      job.updateProgress(percent).catch(() => undefined);
    };
  }
}
