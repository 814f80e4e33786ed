import { fork, type ChildProcess } from 'node:child_process';
import { AppError } from '@btcforecast/platform';

/** What a child process says while it works, and at the end. */
export type TaskMessage<Progress, Result> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failure'; readonly name: string; readonly message: string; readonly stack: string };

/** What the work itself threw in the child: the name and message of its error, its stack as the cause. */
export class TaskFailedError extends Error {
  constructor(
    readonly failure: string,
    message: string,
    stack: string,
  ) {
    super(message, { cause: stack });
  }
}

export interface ChildTasksOptions {
  /** What the process does, for messages: "the training process". */
  readonly what: string;
  readonly program: URL;
  readonly timeoutMs: number;
  readonly heapMb?: number;
}

export interface TaskOptions<Progress> {
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the task at once. */
  readonly signal?: AbortSignal;
}

/**
 * Runs long work, each piece in a process of its own that inherits no environment: the caller's event loop stays free,
 * and memory is given back for certain. The program answers with `answerTask`.
 */
export class ChildTasks<Request, Result, Progress = never> {
  readonly #running = new Set<ChildProcess>();

  constructor(private readonly options: ChildTasksOptions) {}

  /**
   * @throws TaskFailedError when the work fails; AppError transient when the process cannot be started, ends without an
   *   answer, is ended, or takes too long
   */
  run(request: Request, { onProgress, signal }: TaskOptions<Progress> = {}): Promise<Result> {
    const child = this.#start(signal);
    return new Promise((resolve, reject) => {
      const lost = (how: string) =>
        reject(new AppError('transient', 'internal.bug', `${this.options.what} ${how} before it answered`));
      child.on('message', (message: TaskMessage<Progress, Result>) => {
        if (message.kind === 'progress') onProgress?.(message.progress);
        else if (message.kind === 'result') resolve(message.result);
        else reject(new TaskFailedError(message.name, message.message, message.stack));
      });
      child.on('error', (error) => lost(`could not go on (${error.message})`));
      child.once('exit', (code, how) => lost(how ? `was ended by ${how}` : `ended with code ${code}`));
      child.send(request as object, (error) => {
        if (error) lost(`could not be told what to do (${error.message})`);
      });
    });
  }

  /** A shutdown does not wait: what runs fails as transient. */
  endAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  #start(signal: AbortSignal | undefined): ChildProcess {
    const { program, timeoutMs, heapMb } = this.options;
    const child = fork(program, {
      serialization: 'advanced', // typed arrays stay typed arrays
      execArgv: heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`], // tracing and the like are the parent's
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: {}, // it needs no secret, and models of users run below it
      ...(signal && { signal }),
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }
}
