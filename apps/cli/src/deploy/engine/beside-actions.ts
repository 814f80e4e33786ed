import { AppError } from '@btcforecast/platform/errors';
import type { Beside } from '../driver.js';
import { findInstance, untilReady } from './gate.js';
import type { StepContext } from './step-context.js';
import type { StepOf } from './step.js';

export async function startBeside(
  { region, instance: name, release }: StepOf<'start-beside'>,
  context: StepContext,
): Promise<string> {
  const beside = besideOf(context);
  const instance = await findInstance(context.driver, region, name);
  await beside.start(instance, release, context.signal);
  await untilReady(instance, context, beside);
  return 'well, and nobody is sent to it yet';
}

/** The new one is sent work before the old one is drained, so that there is always one more than before, not one less. */
export async function takeOver(
  { region, instance: name }: StepOf<'take-over'>,
  context: StepContext,
): Promise<string> {
  const beside = besideOf(context);
  const instance = await findInstance(context.driver, region, name);
  await beside.join(instance);
  await untilReady(instance, context, beside);
  await context.driver.stop(region, name);
  return 'taken over';
}

export async function giveBack(
  { region, instance: name }: StepOf<'give-back'>,
  context: StepContext,
): Promise<string> {
  const instance = await findInstance(context.driver, region, name);
  if (!instance.running) await context.driver.start(region, name);
  await untilReady(instance, context);
  return 'the old one serves again';
}

export async function removeBeside(
  { region, instance: name }: StepOf<'remove-beside'>,
  context: StepContext,
): Promise<string> {
  await besideOf(context).remove(await findInstance(context.driver, region, name));
  return 'removed';
}

function besideOf({ driver }: StepContext): Beside {
  if (driver.beside) return driver.beside;
  throw new AppError('bug', 'internal.bug', `${driver.name} starts nothing beside`);
}
