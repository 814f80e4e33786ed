import { AppError } from '@btcforecast/platform';
import type { OnModuleDestroy } from '@nestjs/common';
import { ChildTasks, TaskFailedError } from '../child-tasks/child-tasks.js';
import type { WalkForwardReport, WalkForwardRequest } from './walk-forward-request.js';

/** One to three minutes are usual: refits of six months, for two recipes at most. */
const TIMEOUT_MS = 30 * 60_000;
const PROGRAM = new URL('./walk-forward.process.js', import.meta.url);

/** Walks candidates forward in a child process. */
export class WalkForwardRunner implements OnModuleDestroy {
  readonly #tasks: ChildTasks<WalkForwardRequest, WalkForwardReport, number>;

  constructor(program: URL = PROGRAM) {
    this.#tasks = new ChildTasks({ what: 'the walk-forward process', program, timeoutMs: TIMEOUT_MS });
  }

  /**
   * @throws AppError bug when a model cannot be asked; transient when the process ends without an answer or takes
   *   longer than half an hour
   */
  async run(request: WalkForwardRequest, onProgress: (share: number) => void): Promise<WalkForwardReport> {
    try {
      return await this.#tasks.run(request, { onProgress });
    } catch (error) {
      throw error instanceof TaskFailedError ? failed(error) : error;
    }
  }

  /** A shutdown does not wait: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    this.#tasks.endAll();
  }
}

function failed(error: TaskFailedError): AppError {
  const text = `a candidate could not be walked forward: ${error.failure}: ${error.message}`;
  return new AppError('bug', 'internal.bug', text, {}, { cause: error });
}
