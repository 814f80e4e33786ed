import { fork, type ChildProcess } from 'node:child_process';
import { AppError } from '@btcforecast/platform';
import type { OnModuleDestroy } from '@nestjs/common';
import type { WalkForwardReport, WalkForwardRequest } from './walk-forward-request.js';

/** What the child process says. */
export type WalkForwardMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'report'; readonly report: WalkForwardReport }
  | { readonly kind: 'failure'; readonly message: string; readonly stack: string };

/** One to three minutes are usual: refits of six months, for two recipes at most. */
const TIMEOUT_MS = 30 * 60_000;
const PROGRAM = new URL('./walk-forward.process.js', import.meta.url);

/** Walks candidates forward in a child process, so that the caller's event loop stays free. */
export class WalkForwardRunner implements OnModuleDestroy {
  readonly #running = new Set<ChildProcess>();

  constructor(private readonly program: URL = PROGRAM) {}

  /**
   * @throws AppError bug when a model cannot be asked; transient when the process ends without an answer or takes
   *   longer than half an hour
   */
  run(request: WalkForwardRequest, onProgress: (share: number) => void): Promise<WalkForwardReport> {
    const child = fork(this.program, {
      serialization: 'advanced', // typed arrays stay typed arrays
      execArgv: [], // tracing and the like are the parent's
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      env: {}, // it needs no secret, and models of users run below it
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new Promise((resolve, reject) => {
      child.on('message', (message: WalkForwardMessage) => {
        if (message.kind === 'progress') onProgress(message.share);
        else if (message.kind === 'report') resolve(message.report);
        else reject(failed(message.message, message.stack));
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
        reject(
          new AppError('transient', 'internal.bug', `the walk-forward process ${how} before it answered`),
        );
      });
      child.send(request, (error) => {
        if (error) reject(error);
      });
    });
  }

  /** A shutdown does not wait: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

function failed(message: string, stack: string): AppError {
  return new AppError(
    'bug',
    'internal.bug',
    `a candidate could not be walked forward: ${message}`,
    {},
    { cause: stack },
  );
}
