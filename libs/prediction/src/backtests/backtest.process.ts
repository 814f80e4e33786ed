import { constants, setPriority } from 'node:os';
import type { BacktestMessage, BacktestRun } from './backtest-run.js';
import { evaluateBacktest } from './evaluate-backtest.js';

/**
 * Entry of the child process that makes a backtest: one run in, progress and one answer out. A process of its own, so
 * that it can be ended at any time, and gives its memory back for certain.
 */
const parent = process.ppid;

function say(message: BacktestMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function answer(run: BacktestRun): Promise<void> {
  try {
    const result = await evaluateBacktest(run, (progress) => {
      if (process.ppid !== parent) process.exit(); // the loss of the parent cannot be heard of while a fit runs
      void say({ kind: 'progress', ...progress });
    });
    await say({ kind: 'result', result });
  } catch (error) {
    const { name, message, stack } = error as Error;
    await say({ kind: 'failure', name, message, stack: stack ?? '' });
  }
}

setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // forecasts go first
process.once('message', (run: BacktestRun) => {
  void answer(run).then(() => process.disconnect());
});
process.once('disconnect', () => process.exit());
