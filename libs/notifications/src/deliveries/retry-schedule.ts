const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pause before each attempt, as Standard Webhooks 1.0.0 proposes it: some 75 hours in all. */
export const RETRY_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Up to so much is added, so that what failed together does not come back together. */
const JITTER = 0.2;
/** However long a receiver asks us to wait. */
const LONGEST_WAIT_MS = 24 * HOUR_MS;

/**
 * How long to wait before the next attempt, ms; null when there is none.
 *
 * @param made attempts made in this run of the schedule, >= 1
 * @param random in [0, 1)
 * @param askedMs what the receiver asked for (Retry-After); a day at most is granted
 */
export function retryDelayMs(made: number, random: number, askedMs = 0): number | null {
  const pause = RETRY_SCHEDULE_MS[made];
  if (pause === undefined) return null;
  return Math.round(Math.max(pause * (1 + JITTER * random), Math.min(askedMs, LONGEST_WAIT_MS)));
}

/** So many failures in a row make an endpoint count as broken. */
export const BROKEN_AT = 5;
const FIRST_PAUSE_MS = 30 * SECOND_MS;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

/** Whether an endpoint has failed so often that it is only tried now and then, one attempt at a time. */
export function isBroken(failures: number): boolean {
  return failures >= BROKEN_AT;
}

/**
 * For how long nothing at all is sent to an endpoint that has failed, ms; 0: no pause, others may be tried.
 *
 * @param failures in a row, this one included
 * @param isOverloaded it said so (429, 502, 504, or any answer with Retry-After)
 */
export function pauseMs(failures: number, isOverloaded: boolean, askedMs = 0): number {
  const doublings = isBroken(failures) ? failures - BROKEN_AT : 0;
  const pause =
    isBroken(failures) || isOverloaded ? Math.min(FIRST_PAUSE_MS * 2 ** doublings, LONGEST_PAUSE_MS) : 0;
  return Math.max(pause, Math.min(askedMs, LONGEST_WAIT_MS));
}
