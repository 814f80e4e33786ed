import type { Step } from '../engine/step.js';
import type { EndOutcome, JournalEntry } from './journal.js';

/** A run as the journal tells it. */
export interface Run {
  readonly id: string;
  readonly begunAt: string;
  readonly who: string;
  readonly command: string;
  readonly release: string | null;
  readonly driver: string;
  readonly wayBack: boolean;
  /** The plan, or the way back once it had turned. */
  readonly plan: readonly Step[];
  /** Ids of what is done of the plan; on the way back of what is done of that. */
  readonly done: ReadonlySet<string>;
  /** Steps of the plan that were begun, done or not: what a way back has to look at. */
  readonly begun: readonly Step[];
  /** Why it turned; null while it goes forward. */
  readonly turned: string | null;
  /** Null while it is open: running, or interrupted. */
  readonly ended: { readonly at: string; readonly outcome: EndOutcome; readonly detail: string } | null;
}

/** All runs, oldest first. */
export function runsOf(entries: readonly JournalEntry[]): Run[] {
  const runs = new Map<string, Run>();
  for (const entry of entries) {
    if (entry.type === 'begun') runs.set(entry.run, beginning(entry));
    const run = runs.get(entry.run);
    if (run) runs.set(entry.run, after(run, entry));
  }
  return [...runs.values()];
}

function beginning(entry: Extract<JournalEntry, { type: 'begun' }>): Run {
  const { run: id, at: begunAt, who, command, release, driver, wayBack, plan } = entry;
  const nothing = { done: new Set<string>(), begun: [], turned: null, ended: null };
  return { id, begunAt, who, command, release, driver, wayBack, plan, ...nothing };
}

function after(run: Run, entry: JournalEntry): Run {
  switch (entry.type) {
    case 'step':
      return afterStep(run, entry);
    case 'turned':
      return { ...run, turned: entry.reason, plan: entry.plan, done: new Set(), begun: [] };
    case 'ended':
      return { ...run, ended: { at: entry.at, outcome: entry.outcome, detail: entry.detail } };
    default:
      return run;
  }
}

function afterStep(run: Run, { step: id, state }: Extract<JournalEntry, { type: 'step' }>): Run {
  if (state === 'done') return { ...run, done: new Set([...run.done, id]) };
  const step = run.plan.find((each) => each.id === id);
  const isKnown = !step || run.begun.includes(step);
  return state === 'started' && !isKnown ? { ...run, begun: [...run.begun, step] } : run;
}

/** The run that was begun and has not ended: there is one at most, because of the lock. */
export function openRun(runs: readonly Run[]): Run | null {
  return runs.findLast(({ ended }) => ended === null) ?? null;
}

/** Releases that ended well, newest first, each once: the first is what should run. */
export function releasesOf(runs: readonly Run[]): string[] {
  const done = runs.filter(({ ended, release }) => ended?.outcome === 'done' && release !== null);
  return [...new Set(done.map(({ release }) => release!).reverse())]; // filtered
}
