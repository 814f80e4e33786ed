import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@btcforecast/platform/errors';

export interface WaitUntilOptions {
  /** What is waited for, as in "a primary is there". */
  readonly what: string;
  readonly deadlineMs: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until the condition gives something truthy. One that throws counts as not yet met.
 *
 * @throws AppError transient service.not_ready when the deadline passes; the signal's reason when it is aborted
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { what, deadlineMs, everyMs = 100, signal }: WaitUntilOptions,
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  let problem = '';
  while (performance.now() < end) {
    signal.throwIfAborted();
    try {
      const value = await condition();
      if (value) return value;
      problem = '';
    } catch (error) {
      problem = `: ${(error as Error).message}`;
    }
    await delay(everyMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  const message = `after ${Math.round(deadlineMs / 1_000)} s it is still not so that ${what}${problem}`;
  throw new AppError('transient', 'service.not_ready', message);
}
