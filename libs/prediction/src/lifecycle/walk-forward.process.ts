import { constants, setPriority } from 'node:os';
import { walkForward } from './walk-forward.js';
import type { WalkForwardMessage } from './walk-forward-runner.js';
import type { WalkForwardRequest } from './walk-forward-request.js';

/**
 * Entry of the child process that walks a candidate forward: one request in, progress and one answer out. A process of
 * its own, because refits keep a thread busy for minutes.
 */
const parent = process.ppid;

function say(message: WalkForwardMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function answer(request: WalkForwardRequest): Promise<void> {
  try {
    const report = await walkForward(request, (share) => {
      if (process.ppid !== parent) process.exit(); // the loss of the parent cannot be heard of while a fit runs
      void say({ kind: 'progress', share });
    });
    await say({ kind: 'report', report });
  } catch (error) {
    const { name, message, stack } = error as Error;
    await say({ kind: 'failure', message: `${name}: ${message}`, stack: stack ?? '' });
  }
}

setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // forecasts go first
process.once('message', (request: WalkForwardRequest) => {
  void answer(request).then(() => process.disconnect());
});
process.once('disconnect', () => process.exit());
