import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  readonly deadlineMs: number;
  /** What is waited for, as in "the forecast is scored". */
  readonly what: string;
  /** Default 25. */
  readonly everyMs?: number;
}

/**
 * Waits until the condition gives something truthy and returns that.
 * A condition that throws counts as not yet met; the last error becomes the cause when the deadline passes.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { deadlineMs, what, everyMs = 25 }: WaitOptions,
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  let problem: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() >= end) break;
    await delay(everyMs);
  }
  const why = problem instanceof Error ? `: ${problem.message}` : '';
  throw new Error(`not within ${deadlineMs} ms: ${what}${why}`, { cause: problem });
}
