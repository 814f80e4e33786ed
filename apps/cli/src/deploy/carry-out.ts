import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { AppError } from '@btcforecast/platform/errors';
import { type Deployment, runsIn } from './deployment.js';
import { DEFAULT_RULES, type GateRules } from './engine/gate.js';
import { type NewRun, type Progress, type RunContext, type RunResult, runPlan } from './engine/run-plan.js';
import { REAL_PACE } from './engine/step-context.js';
import { type Step, stepText } from './engine/step.js';
import { openRun } from './state/run-history.js';

export interface CarryOutOptions extends Omit<NewRun, 'id'> {
  readonly rules?: Partial<GateRules>;
}

/**
 * Prints the plan, asks where that is due, and carries it out; the exit code is 1 unless every step was done.
 *
 * @throws AppError caller request.invalid while another run is open or somebody else changes the environment
 */
export async function carryOut(deployment: Deployment, options: CarryOutOptions): Promise<void> {
  if (options.plan.length === 0) return say('nothing to do: all is as it is to be');
  printPlan(options.plan);
  if (deployment.options.dryRun) return;
  refuseOpenRun(deployment);
  await confirm(deployment, options.command);
  await locked(deployment, options.command, async (signal) => {
    refuseOpenRun(deployment); // it may have been begun while the operator thought
    report(await runPlan({ ...options, id: randomUUID() }, contextOf(deployment, signal, options.rules)));
  });
}

/** Does something while nobody else may, with a signal that Ctrl-C aborts. */
export async function locked(
  { lock, who }: Deployment,
  command: string,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const held = lock.acquire(who, command, new Date().toISOString());
  const stop = new AbortController();
  const interrupt = (): void => {
    const message = 'interrupted: btcf deploy resume goes on, btcf deploy rollback takes back what was done';
    stop.abort(new AppError('caller', 'request.invalid', message));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    held.release();
  }
}

export function contextOf(
  { driver, root, journal, who }: Deployment,
  signal: AbortSignal,
  rules: Partial<GateRules> = {},
): RunContext {
  return {
    driver,
    root,
    journal,
    who,
    signal,
    rules: { ...DEFAULT_RULES, ...rules },
    pace: REAL_PACE,
    progress: PROGRESS,
    now: () => new Date().toISOString(),
  };
}

export function report({ outcome, detail }: RunResult): void {
  const sentence = {
    done: 'done',
    'taken-back': `taken back, because ${detail}`,
    failed: `failed: ${detail}`,
    stopped: `stopped: ${detail}; when that is mended, btcf deploy resume goes on from there`,
  }[outcome];
  say(sentence);
  if (outcome !== 'done') process.exitCode = 1;
}

export function printPlan(plan: readonly Step[]): void {
  const width = String(plan.length).length;
  say(plan.map((step, i) => `${String(i + 1).padStart(width)}. ${stepText(step)}`).join('\n'));
}

/** Production is changed by nobody who did not say so: on a terminal by its name, elsewhere by --yes. */
export async function confirm({ options }: Deployment, command: string): Promise<void> {
  if (options.env !== 'production' || options.yes) return;
  if (!process.stdin.isTTY) {
    const message = `${command} changes production and nobody can be asked here: say --yes`;
    throw new AppError('caller', 'request.invalid', message);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('This changes production. Type production to go on: ');
  terminal.close();
  if (answer.trim() !== 'production') throw new AppError('caller', 'request.invalid', 'nothing was changed');
}

function refuseOpenRun(deployment: Deployment): void {
  const open = openRun(runsIn(deployment));
  if (!open) return;
  const { command, who, begunAt, done, plan } = open;
  const message = `"${command}" by ${who} of ${begunAt} was interrupted after ${done.size} of ${plan.length} steps: btcf deploy resume goes on, btcf deploy rollback takes it back, btcf deploy resume --give-up leaves it`;
  throw new AppError('caller', 'request.invalid', message);
}

const PROGRESS: Progress = {
  begin: (step, number, of) => say(`[${number}/${of}] ${stepText(step)} …`),
  end: (_step, sentence) => say(`      ${sentence}`),
  trouble: (lines) => process.stderr.write(`${lines.join('\n')}\n`),
};

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
