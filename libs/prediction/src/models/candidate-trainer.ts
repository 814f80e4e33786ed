import { AppError } from '@btcforecast/platform';
import { InsufficientHistoryError } from '@btcforecast/timeseries';
import type { TrainedModel, TrainingRequest } from '@btcforecast/training';
import type { OnModuleDestroy } from '@nestjs/common';
import { ChildTasks, TaskFailedError } from '../child-tasks/child-tasks.js';

export type CandidateRequest = Omit<TrainingRequest, 'onProgress'>;

/** Some ten seconds are usual for eight years of candles. */
const TIMEOUT_MS = 10 * 60_000;
const PROGRAM = new URL('./candidate.process.js', import.meta.url);

/** Fits candidates of the champion's family in a child process. */
export class CandidateTrainer implements OnModuleDestroy {
  readonly #tasks: ChildTasks<CandidateRequest, TrainedModel, number>;

  constructor(program: URL = PROGRAM) {
    this.#tasks = new ChildTasks({ what: 'the training process', program, timeoutMs: TIMEOUT_MS });
  }

  /**
   * @throws InsufficientHistoryError where the family does; AppError bug when training fails otherwise, transient when
   *   the process ends without an answer or takes longer than ten minutes
   */
  async train(request: CandidateRequest): Promise<TrainedModel> {
    try {
      return await this.#tasks.run(request);
    } catch (error) {
      throw error instanceof TaskFailedError ? failed(error) : error;
    }
  }

  /** A shutdown does not wait for training: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    this.#tasks.endAll();
  }
}

function failed(error: TaskFailedError): Error {
  const { failure, message } = error;
  if (failure === InsufficientHistoryError.name) return new InsufficientHistoryError(message);
  const text = `a candidate could not be trained: ${message}`;
  return new AppError('bug', 'internal.bug', text, {}, { cause: error });
}
