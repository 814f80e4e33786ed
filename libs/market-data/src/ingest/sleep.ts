import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but no longer than until the signal aborts; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
