import type { AlertStateEntity } from '@btcforecast/database';
import type { AlertMachine } from './alert-machine.js';

/** A stored state, to go on from. */
export function machineOf({ state, since, leaningSince, firedAt }: AlertStateEntity): AlertMachine {
  return { state, since: msOf(since), leaningSince: msOf(leaningSince), firedAt: msOf(firedAt) };
}

export function rowOf({ state, since, leaningSince, firedAt }: AlertMachine) {
  return { state, since: dateOf(since), leaningSince: dateOf(leaningSince), firedAt: dateOf(firedAt) };
}

function msOf(date: Date | null): number | null {
  return date?.getTime() ?? null;
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
