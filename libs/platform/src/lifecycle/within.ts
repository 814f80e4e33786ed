import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for work, but no longer than that; the work goes on.
 *
 * @returns whether it was done in time; work that rejects was not
 */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const limit = sleep(ms, false, { signal: timer.signal }).catch(() => false); // no longer needed
  const done = await Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    limit,
  ]);
  timer.abort();
  return done;
}
