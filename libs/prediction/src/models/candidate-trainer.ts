import { fork, type ChildProcess } from 'node:child_process';
import { AppError } from '@btcforecast/platform';
import { InsufficientHistoryError } from '@btcforecast/timeseries';
import type { TrainedModel, TrainingRequest } from '@btcforecast/training';
import type { OnModuleDestroy } from '@nestjs/common';

/** What the child process answers. */
export type CandidateAnswer =
  | { readonly ok: true; readonly model: TrainedModel }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** Some ten seconds are usual for eight years of candles. */
const TIMEOUT_MS = 10 * 60_000;
const PROGRAM = new URL('./candidate.process.js', import.meta.url);

/** Fits candidates of the champion's family in a child process, so that the caller's event loop stays free. */
export class CandidateTrainer implements OnModuleDestroy {
  readonly #running = new Set<ChildProcess>();

  constructor(private readonly program: URL = PROGRAM) {}

  /**
   * @throws InsufficientHistoryError where the family does; AppError bug when training fails otherwise, transient when
   *   the process ends without an answer or takes longer than ten minutes
   */
  async train(request: Omit<TrainingRequest, 'onProgress'>): Promise<TrainedModel> {
    const answer = await this.#ask(request);
    if (answer.ok) return answer.model;
    if (answer.name === InsufficientHistoryError.name) throw new InsufficientHistoryError(answer.message);
    throw new AppError('bug', 'internal.bug', `a candidate could not be trained: ${answer.message}`);
  }

  /** A shutdown does not wait for training: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  #ask(request: Omit<TrainingRequest, 'onProgress'>): Promise<CandidateAnswer> {
    const child = fork(this.program, {
      serialization: 'advanced', // typed arrays stay typed arrays
      execArgv: [], // tracing and the like are the parent's
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      env: {}, // it needs no secret
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new Promise((resolve, reject) => {
      child.once('message', (answer) => resolve(answer as CandidateAnswer));
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
        reject(new AppError('transient', 'internal.bug', `the training process ${how} before it answered`));
      });
      child.send(request, (error) => {
        if (error) reject(error);
      });
    });
  }
}
