/** A life longer than this counts as healthy: the count of deaths in a row starts again. */
const HEALTHY_MS = 60_000;
const DELAYS_MS = [0, 500, 1_000, 2_000] as const;
const SLOW_MS = 30_000;

export interface Restart {
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  readonly delayMs: number;
  /** It keeps dying: from now on it is only tried now and then. */
  readonly slow: boolean;
}

/**
 * When to start a process again that has died: at once, then with growing delays, and every 30 s from the fifth
 * death in a row on. A minute of life makes the next death the first again.
 */
export function nextRestart(deathsBefore: number, livedMs: number): Restart {
  const deaths = livedMs >= HEALTHY_MS ? 1 : deathsBefore + 1;
  const delayMs = DELAYS_MS[deaths - 1];
  return { deaths, delayMs: delayMs ?? SLOW_MS, slow: delayMs === undefined };
}
