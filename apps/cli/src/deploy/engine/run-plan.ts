import { AppError } from '@btcforecast/platform/errors';
import type { EndOutcome, Journal, JournalEntry } from '../state/journal.js';
import { openRun, runsOf, type Run } from '../state/run-history.js';
import { perform } from './actions.js';
import { planWayBack } from './plan-update.js';
import type { StepContext } from './step-context.js';
import { type Step, stepText } from './step.js';

/** What is told while a plan is carried out. */
export interface Progress {
  begin(step: Step, number: number, of: number): void;
  end(step: Step, sentence: string): void;
  /** Something went wrong, in lines for whoever has to understand it. */
  trouble(lines: readonly string[]): void;
}

export interface RunContext extends StepContext {
  readonly journal: Journal;
  readonly progress: Progress;
  /** user@host of who does it. */
  readonly who: string;
  /** ISO 8601 */
  now(): string;
}

export interface RunResult {
  /** `stopped`: a step failed, and the run stays open: what came before is done, and resuming tries that step again. */
  readonly outcome: 'done' | 'taken-back' | 'failed' | 'stopped';
  readonly detail: string;
}

export interface NewRun {
  readonly id: string;
  readonly command: string;
  /** The release that runs when it ends well; null when that does not change. */
  readonly release: string | null;
  readonly plan: readonly Step[];
  /** Whether a step that fails has all that were done taken back. */
  readonly wayBack: boolean;
}

const LOG_LINES = 15;

/**
 * Writes the plan into the journal and carries it out, one step after another.
 *
 * @throws the signal's reason when it is aborted; the run stays open, and {@link resumeRun} goes on with it
 */
export async function runPlan(run: NewRun, context: RunContext): Promise<RunResult> {
  const { id, command, release, plan, wayBack } = run;
  const driver = context.driver.name;
  const begun = {
    type: 'begun' as const,
    who: context.who,
    command,
    driver,
    release,
    plan: [...plan],
    wayBack,
  };
  write(context, id, begun);
  return carryOut(theOpenRun(context), context);
}

/**
 * Goes on with an interrupted run: what is done is not done again, what was begun is done again.
 *
 * @param turn given: not forward but back, for this reason
 * @throws AppError caller request.invalid when nothing was interrupted
 */
export async function resumeRun(context: RunContext, turn?: string): Promise<RunResult> {
  const run = theOpenRun(context);
  write(context, run.id, { type: 'resumed', who: context.who });
  if (turn === undefined || run.turned !== null) return carryOut(run, context);
  return turnBack(run, turn, context);
}

/** Ends an interrupted run where it stands. */
export function giveUpRun(context: Pick<RunContext, 'journal' | 'who' | 'now'>): Run {
  const run = theOpenRun(context);
  write(context, run.id, { type: 'ended', outcome: 'given-up', detail: `by ${context.who}` });
  return run;
}

async function carryOut(run: Run, context: RunContext): Promise<RunResult> {
  for (const [i, step] of run.plan.entries()) {
    if (run.done.has(step.id)) continue;
    context.progress.begin(step, i + 1, run.plan.length);
    const failure = await doStep(run, step, context);
    if (failure !== null) return failed(step, failure, context);
  }
  const detail = run.turned ?? 'every step is done';
  return end(run, run.turned === null ? 'done' : 'taken-back', detail, context);
}

/** @returns why it failed; null when it is done */
async function doStep(run: Run, step: Step, context: RunContext): Promise<AppError | null> {
  const note = (state: 'started' | 'done' | 'failed'): void =>
    write(context, run.id, { type: 'step', step: step.id, state });
  context.signal.throwIfAborted();
  note('started');
  try {
    const sentence = await perform(step, context);
    note('done');
    context.progress.end(step, sentence);
    return null;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof AppError) || error.kind === 'bug') throw error;
    note('failed');
    return error;
  }
}

async function failed(step: Step, error: AppError, context: RunContext): Promise<RunResult> {
  context.progress.trouble([`${stepText(step)}: ${error.message}`, ...(await lastWords(step, context))]);
  const run = theOpenRun(context);
  // What a program printed is shown, and not kept: it may hold a secret.
  const detail = `${stepText(step)}: ${error.details['brief'] ?? error.message}`;
  if (!run.wayBack && run.plan.length > 1) return { outcome: 'stopped', detail };
  const canTurn = run.wayBack && run.turned === null && planWayBack(run.begun).length > 0;
  return canTurn ? turnBack(run, detail, context) : end(run, 'failed', detail, context);
}

/** What the instance itself logged; nothing when that cannot be had. */
async function lastWords(step: Step, { driver }: RunContext): Promise<string[]> {
  if (step.kind !== 'replace') return [];
  const instances = await driver.instances(step.region).catch(() => []);
  const instance = instances.find(({ name }) => name === step.instance);
  if (!instance) return [];
  const lines = await driver.logs(instance, LOG_LINES).catch(() => []);
  return lines.length === 0
    ? []
    : [`what ${instance.name} logged last:`, ...lines.map((line) => `  ${line}`)];
}

function turnBack(run: Run, reason: string, context: RunContext): Promise<RunResult> {
  const plan = planWayBack(run.begun);
  write(context, run.id, { type: 'turned', reason, plan });
  return carryOut(theOpenRun(context), context);
}

function end(
  run: Run,
  outcome: EndOutcome & RunResult['outcome'],
  detail: string,
  context: RunContext,
): RunResult {
  write(context, run.id, { type: 'ended', outcome, detail });
  return { outcome, detail };
}

function theOpenRun({ journal }: Pick<RunContext, 'journal'>): Run {
  const run = openRun(runsOf(journal.read()));
  if (run) return run;
  throw new AppError('caller', 'request.invalid', 'nothing was interrupted: there is nothing to resume');
}

type Entry = JournalEntry extends infer E ? (E extends JournalEntry ? Omit<E, 'at' | 'run'> : never) : never;

function write({ journal, now }: Pick<RunContext, 'journal' | 'now'>, run: string, entry: Entry): void {
  journal.append({ ...entry, at: now(), run } as JournalEntry);
}
