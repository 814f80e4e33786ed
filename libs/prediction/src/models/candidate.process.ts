import { constants, setPriority } from 'node:os';
import { CHAMPION_FAMILY, MODEL_FAMILIES, type TrainingRequest } from '@btcforecast/training';
import type { CandidateAnswer } from './candidate-trainer.js';

/**
 * Entry of the child process that fits a candidate: one request in, one answer out. A process of its own, because
 * fitting keeps a thread busy for a while and takes memory that a process gives back for certain when it ends.
 */
async function answer(request: TrainingRequest): Promise<CandidateAnswer> {
  try {
    const model = MODEL_FAMILIES[CHAMPION_FAMILY].train({ ...request, onProgress: exitWhenOrphaned });
    return { ok: true, model };
  } catch (error) {
    const { name, message } = error as Error;
    return { ok: false, name, message };
  }
}

const parent = process.ppid;

/** Training keeps the event loop busy, so that the loss of the parent cannot be heard of: look. */
function exitWhenOrphaned(): void {
  if (process.ppid !== parent) process.exit();
}

setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // forecasts go first
process.once('message', (request: TrainingRequest) => {
  void answer(request).then((result) => process.send?.(result, () => process.disconnect()));
});
process.once('disconnect', () => process.exit());
