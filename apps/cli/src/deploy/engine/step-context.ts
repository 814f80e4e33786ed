import { setTimeout as delay } from 'node:timers/promises';
import type { Driver } from '../driver.js';
import type { GateRules } from './gate.js';

/** Time of whoever runs a plan; milliseconds that never go back. */
export interface Pace {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const REAL_PACE: Pace = {
  now: () => performance.now(),
  wait: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};

/** What the doing of a step has at hand. */
export interface StepContext {
  readonly driver: Driver;
  /** Folder of the project, with the files of regions. */
  readonly root: string;
  readonly rules: GateRules;
  readonly pace: Pace;
  /** Aborted when the operator interrupts. */
  readonly signal: AbortSignal;
}
