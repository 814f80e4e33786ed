import { constants, setPriority } from 'node:os';
import type { TaskMessage } from './child-tasks.js';

/** Does the work of one request; telling progress also notices that nobody waits any more. */
export type TaskWork<Request, Result, Progress> = (
  request: Request,
  onProgress: (progress: Progress) => void,
) => Result | Promise<Result>;

/**
 * The whole of a program that ChildTasks starts: one request in, progress and one answer out, then it ends. It also ends
 * when its parent is gone, which a busy event loop cannot hear of and the next progress looks for.
 */
export function answerTask<Request, Result, Progress>(work: TaskWork<Request, Result, Progress>): void {
  const parent = process.ppid;
  const say = (message: TaskMessage<Progress, Result>): Promise<void> =>
    new Promise((resolve) => process.send?.(message, () => resolve()));
  const answer = async (request: Request): Promise<void> => {
    try {
      const result = await work(request, (progress) => {
        if (process.ppid !== parent) process.exit();
        void say({ kind: 'progress', progress });
      });
      await say({ kind: 'result', result });
    } catch (error) {
      const { name, message, stack } = error as Error;
      await say({ kind: 'failure', name, message, stack: stack ?? '' });
    }
  };
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // forecasts go first
  process.once('message', (request: Request) => {
    void answer(request).then(() => process.disconnect());
  });
  process.once('disconnect', () => process.exit());
}
