import type { AlertCondition } from '@btcforecast/contracts';
import { type AlertMachine, stepAlert } from './alert-machine.js';
import { describeValue, judgeValue, type Measured } from './judge-value.js';

const MINUTE_MS = 60_000;

/** A change of state. */
export interface Transition {
  readonly state: 'firing' | 'resolved';
  /** Event time, ms. */
  readonly at: number;
  readonly value: number;
  readonly text: string;
}

/** What values make of a rule, one after the other. */
export function runAlert(
  condition: AlertCondition,
  { holdMinutes, cooldownMinutes }: { readonly holdMinutes: number; readonly cooldownMinutes: number },
  measured: readonly Measured[],
  begin: AlertMachine,
): { readonly machine: AlertMachine; readonly transitions: Transition[] } {
  const policy = { holdMs: holdMinutes * MINUTE_MS, cooldownMs: cooldownMinutes * MINUTE_MS };
  const transitions: Transition[] = [];
  let machine = begin;
  for (const each of measured) {
    const step = stepAlert(machine, each.at, judgeValue(condition, each), policy);
    machine = step.machine;
    if (!step.transition) continue;
    const { at, value } = each;
    transitions.push({ state: step.transition, at, value, text: describeValue(condition, value) });
  }
  return { machine, transitions };
}
