import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/create-logger.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Does something again and again until it is stopped: after each success it says when it is due again, after a failure
 * the pauses grow. Tells the first failure of a row.
 *
 * @param work returns the pause until the next time, ms
 */
export async function untilStopped(
  what: string,
  work: () => Promise<number>,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<void> {
  let failedMs = 0;
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      pauseMs = await work();
      if (failedMs > 0) logger.info({ what }, 'Consul answers again');
      failedMs = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (failedMs === 0) logger.warn({ what, reason: (error as Error).message }, 'Consul does not answer');
      failedMs = Math.min(2 * failedMs || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      pauseMs = failedMs * (0.5 + Math.random() / 2);
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined); // stopped
  }
}
