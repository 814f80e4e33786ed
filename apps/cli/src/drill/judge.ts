import type { DrillCard, Findings } from './drill.js';

/** At this many times the bar a drill has failed. */
const TOO_LONG = 2;

/** One run of one drill, and why it failed, if it did. */
export interface Outcome {
  readonly drill: DrillCard;
  /** Null when it could not be carried through. */
  readonly findings: Findings | null;
  readonly failures: readonly string[];
}

/** Holds what was found against what must never be. */
export function judge(drill: DrillCard, findings: Findings): Outcome {
  const { lost, recoveryMs, broken } = findings;
  const failures = [
    ...(lost > 0 ? [`${lost} of what was acknowledged is lost`] : []),
    ...(recoveryMs > drill.barSeconds * 1_000 * TOO_LONG
      ? [`recovery took ${seconds(recoveryMs)}, more than twice the ${drill.barSeconds} s it may take`]
      : []),
    ...broken,
  ];
  return { drill, findings, failures };
}

/** What a drill ends with that could not be carried through, e.g. because nothing recovered in time. */
export function notCarriedThrough(drill: DrillCard, error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  return { drill, findings: null, failures: [`not carried through: ${reason}`] };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

export const TABLE_HEAD = [
  'drill',
  'broken',
  'detected',
  'recovered',
  'bar',
  'failed requests',
  'rows lost',
  'verdict',
];

/** One line of the table. */
export function tableRow({ drill, findings, failures }: Outcome): string[] {
  const found = findings
    ? [
        findings.detectionMs === null ? '-' : seconds(findings.detectionMs),
        seconds(findings.recoveryMs),
        `${drill.barSeconds} s`,
        `${findings.failed} of ${findings.requests}`,
        String(findings.lost),
      ]
    : ['?', '?', `${drill.barSeconds} s`, '?', '?'];
  return [drill.name, drill.breaks, ...found, failures.length > 0 ? 'FAILED' : 'held'];
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
