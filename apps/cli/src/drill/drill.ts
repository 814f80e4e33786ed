import type { RegionsRig } from './regions/regions-rig.js';
import type { Rig } from './rig/rig.js';

/** What a drill found. Times are milliseconds after the fault. */
export interface Findings {
  /** Until those who send requests were told to go elsewhere; null where nothing has to be told. */
  readonly detectionMs: number | null;
  /** Until what had stopped worked again. */
  readonly recoveryMs: number;
  readonly requests: number;
  readonly failed: number;
  /** Acknowledged, and not there at the end. */
  readonly lost: number;
  /** What must never be and was: each one sentence. */
  readonly broken: readonly string[];
  /** What else is worth knowing. */
  readonly remarks: readonly string[];
}

/** One fault of the real servers, and what must hold while it lasts and after. */
export interface DrillCard {
  readonly name: string;
  /** What is broken, for the table. */
  readonly breaks: string;
  /** What is done, step by step, for the plan. */
  readonly steps: readonly string[];
  /** Recovery is to take no longer; at twice that the drill fails. */
  readonly barSeconds: number;
  /** Why it cannot run here, beyond what its whole rig needs; null: it can. */
  hindrance?(): string | null;
}

/** A drill on the servers of one region. */
export interface Drill extends DrillCard {
  /** Breaks what it says, waits until all is whole again, and leaves the rig as it found it. */
  run(rig: Rig): Promise<Findings>;
}

/** A drill on whole regions with a network between them; see {@link Drill}. */
export interface RegionDrill extends DrillCard {
  /** Services whose volumes lie on file systems of their own, in every region, e.g. `etcd`. */
  readonly disks?: readonly string[];
  runInRegions(rig: RegionsRig): Promise<Findings>;
}
