/** fires: beyond the level; clears: on its quiet side, behind the level at which it is over; holds: between the two. */
export type Verdict = 'fires' | 'holds' | 'clears';

/** Event times, ms. */
export interface AlertMachine {
  readonly state: 'ok' | 'firing';
  /** Of the last change of state; null: there was none. */
  readonly since: number | null;
  /** Since when every verdict has asked for the other state; null: the last one did not. */
  readonly leaningSince: number | null;
  readonly firedAt: number | null;
}

export interface AlertPolicy {
  /** For so long the verdict must be the same before the state changes. */
  readonly holdMs: number;
  /** From one firing to the next. */
  readonly cooldownMs: number;
}

export interface AlertStep {
  readonly machine: AlertMachine;
  /** undefined: the state stays. */
  readonly transition?: 'firing' | 'resolved';
}

export const QUIET: AlertMachine = { state: 'ok', since: null, leaningSince: null, firedAt: null };

/**
 * What a verdict changes. A pure function of the state and the verdict, so that judging the same rows again, in whatever
 * portions, gives the same.
 *
 * @param at event time of what was judged, ms; later than what was judged before
 */
export function stepAlert(
  machine: AlertMachine,
  at: number,
  verdict: Verdict,
  policy: AlertPolicy,
): AlertStep {
  const leans = verdict === (machine.state === 'ok' ? 'fires' : 'clears');
  const leaningSince = leans ? (machine.leaningSince ?? at) : null;
  if (leaningSince === null || at - leaningSince < policy.holdMs)
    return { machine: { ...machine, leaningSince } };
  if (machine.state === 'firing') {
    return { machine: { ...machine, state: 'ok', since: at, leaningSince: null }, transition: 'resolved' };
  }
  const isCooling = machine.firedAt !== null && at - machine.firedAt < policy.cooldownMs;
  if (isCooling) return { machine: { ...machine, leaningSince } };
  return { machine: { state: 'firing', since: at, leaningSince: null, firedAt: at }, transition: 'firing' };
}
