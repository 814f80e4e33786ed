import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 5_000;
/** So much of all processors has nothing to do. */
const SPARE = 0.2;

/**
 * Waits until whatever was started or mended before is done with it, so that a drill measures what it breaks: until for
 * five seconds a fifth of the processors had nothing to do.
 *
 * @param atMostMs after which the machine is as busy as it will be
 * @returns the share that has nothing to do
 */
export async function untilCalm(atMostMs: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const before = processorTime();
    await delay(LOOK_MS);
    const after = processorTime();
    const spare = (after.idle - before.idle) / (after.all - before.all);
    if (spare >= SPARE || performance.now() - start > atMostMs) return spare;
  }
}

/** Of all processors since they were started, milliseconds. */
function processorTime(): { readonly idle: number; readonly all: number } {
  const times = cpus().flatMap(({ times: each }) => Object.entries(each));
  const sum = (of: typeof times): number => of.reduce((total, [, ms]) => total + ms, 0);
  return { idle: sum(times.filter(([kind]) => kind === 'idle')), all: sum(times) };
}
