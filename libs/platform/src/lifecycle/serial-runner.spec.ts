import { describe, expect, it } from '@jest/globals';
import { SerialRunner } from './serial-runner.js';

/** A task whose runs end when the test says so. */
function controlledTask() {
  const runs: { end: () => void }[] = [];
  let active = 0;
  let mostActive = 0;
  const task = async () => {
    active += 1;
    mostActive = Math.max(mostActive, active);
    await new Promise<void>((end) => runs.push({ end }));
    active -= 1;
  };
  return { task, runs, mostActive: () => mostActive };
}

describe('SerialRunner', () => {
  it('runs at once when idle', async () => {
    const { task, runs } = controlledTask();
    const done = new SerialRunner(task).trigger();
    expect(runs).toHaveLength(1);
    runs[0]!.end();
    await expect(done).resolves.toBeUndefined();
  });

  it('answers many calls during a run with exactly one more run, after it', async () => {
    const { task, runs, mostActive } = controlledTask();
    const runner = new SerialRunner(task);
    const first = runner.trigger();
    const later = [runner.trigger(), runner.trigger(), runner.trigger()];
    expect(runs).toHaveLength(1);
    runs[0]!.end();
    await first;
    await Promise.resolve();
    expect(runs).toHaveLength(2);
    runs[1]!.end();
    await Promise.all(later);
    expect(runs).toHaveLength(2);
    expect(mostActive()).toBe(1);
  });

  it('when stopped lets the run end, begins none and keeps nobody waiting', async () => {
    const { task, runs } = controlledTask();
    const runner = new SerialRunner(task);
    void runner.trigger();
    const waiting = runner.trigger();
    const stopped = runner.stop();
    runs[0]!.end();
    await Promise.all([stopped, waiting, runner.trigger()]);
    expect(runs).toHaveLength(1);
  });
});
