import { AppError } from '@btcforecast/platform/errors';
import type { Driver, Instance, Probe } from '../driver.js';
import type { StepContext } from './step-context.js';

/** When an instance counts as well. */
export interface GateRules {
  /** Probes in a row that have to say ready. */
  readonly checks: number;
  readonly everyMs: number;
  /** From its start until it has to be ready. */
  readonly deadlineMs: number;
  /** Starts of the same container after which it is held for one that cannot start. */
  readonly restarts: number;
  /** Share of answers with 5xx while it is watched, and from how many answers on that counts. */
  readonly errorShare: number;
  readonly errorsCountFrom: number;
}

export const DEFAULT_RULES: GateRules = {
  checks: 3,
  everyMs: 1_000,
  deadlineMs: 60_000,
  restarts: 3,
  errorShare: 0.01,
  errorsCountFrom: 50,
};

/** The instance of that name as it is now. @throws AppError transient service.not_ready when there is none */
export async function findInstance(driver: Driver, region: string, name: string): Promise<Instance> {
  const found = (await driver.instances(region)).find((each) => each.name === name);
  if (found) return found;
  throw bad(`there is no ${name} in ${region}: was the region changed meanwhile?`);
}

/** Waits until it was ready several times in a row. @throws AppError transient service.not_ready that says why not */
export async function untilReady(
  instance: Instance,
  context: StepContext,
  who: Pick<Driver, 'probe'> = context.driver,
): Promise<Probe> {
  const { rules, pace, signal } = context;
  const end = pace.now() + rules.deadlineMs;
  let good = 0;
  let last: Probe;
  do {
    signal.throwIfAborted();
    last = await who.probe(instance);
    good = last.ready ? good + 1 : 0;
    if (good >= rules.checks) return last;
    if (last.restarts >= rules.restarts) {
      throw bad(`${instance.name} was started ${last.restarts} times and ended each time: ${last.detail}`);
    }
    await pace.wait(rules.everyMs, signal);
  } while (pace.now() < end);
  const seconds = Math.round(rules.deadlineMs / 1_000);
  throw bad(`${instance.name} was not ready within ${seconds} s: ${last.detail}`);
}

/**
 * Looks at an instance for some time: it has to stay ready, must not be started again, and must not answer with errors.
 *
 * @throws AppError transient service.not_ready that says what it did wrong
 */
export async function watch(
  instance: Instance,
  start: Probe,
  seconds: number,
  context: StepContext,
): Promise<void> {
  const { driver, rules, pace, signal } = context;
  const end = pace.now() + seconds * 1_000;
  let ill = 0;
  while (pace.now() < end) {
    await pace.wait(rules.everyMs, signal);
    signal.throwIfAborted();
    const probe = await driver.probe(instance);
    ill = probe.ready ? 0 : ill + 1;
    if (ill >= rules.checks) throw bad(`${instance.name} became unready while watched: ${probe.detail}`);
    if (probe.restarts > start.restarts) throw bad(`${instance.name} ended and was started again`);
    judgeErrors(instance, start, probe, rules);
  }
}

function judgeErrors({ name }: Instance, start: Probe, now: Probe, rules: GateRules): void {
  const requests = now.requests - start.requests;
  const errors = now.errors - start.errors;
  if (requests < rules.errorsCountFrom || errors / requests <= rules.errorShare) return;
  const share = ((100 * errors) / requests).toFixed(1);
  throw bad(`${name} answered ${errors} of ${requests} requests with 5xx (${share} %)`);
}

/**
 * Waits until taking this instance away leaves all others of its service ready. One that is not ready itself may be
 * replaced at any time: that takes nothing away.
 *
 * @throws AppError transient service.not_ready when others stay ill
 */
export async function untilCanBeSpared(instance: Instance, context: StepContext): Promise<void> {
  const { driver, rules, pace, signal } = context;
  const end = pace.now() + rules.deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const ill = await othersNotReady(instance, driver);
    if (ill === null) return;
    if (!(await driver.probe(instance)).ready) return;
    if (pace.now() >= end) throw bad(`${instance.name} was left alone, because ${ill}`);
    await pace.wait(rules.everyMs, signal);
  }
}

async function othersNotReady(instance: Instance, driver: Driver): Promise<string | null> {
  for (const other of await driver.instances(instance.region)) {
    if (other.service !== instance.service || other.name === instance.name) continue;
    const { ready, detail } = await driver.probe(other);
    if (!ready) return `${other.name} is not ready: ${detail}`;
  }
  return null;
}

function bad(message: string): AppError {
  return new AppError('transient', 'service.not_ready', message);
}
