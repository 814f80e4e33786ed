import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@btcforecast/platform/errors';
import type { Instance, ServiceName } from '../../driver.js';
import { tagOf } from '../image-tag.js';
import { runCommand } from '../../run-command.js';
import {
  hasFailed,
  isRunning,
  named,
  serviceState,
  type StackServiceState,
  type Task,
  tasksOf,
} from './stack-state.js';

const POLL_MS = 2_000;
/** An update of eight instances, each of which may take two minutes. */
const UPDATE_MS = 20 * 60_000;
const JOB_MS = 10 * 60_000;

export const full = (region: string, service: string): string => `btcforecast-${region}_${service}`;

/** @throws AppError caller config.invalid when there is no such stack */
export async function stateOf(region: string, service: string): Promise<StackServiceState> {
  const state = await serviceState(full(region, service));
  if (state) return state;
  const message = `there is no stack of ${region} with ${service}: start it with deploy/swarm/up.sh ${region}`;
  throw new AppError('caller', 'config.invalid', message);
}

/** Those that are to be there, by their places; none when the stack is not. */
export async function instancesOf(region: string, service: ServiceName): Promise<Instance[]> {
  const state = await serviceState(full(region, service));
  if (!state) return [];
  const tasks = (await tasksOf(full(region, service))).filter(({ desired }) => desired === 'Running');
  return placesOf(tasks, state.Spec.Mode.Replicated?.Replicas ?? 1).map((place) => {
    const task = tasks.find(({ slot }) => slot === place);
    return {
      region,
      service,
      name: `${service}-${place}`,
      release: task ? tagOf(task.image) : null,
      running: task !== undefined && isRunning(task),
    };
  });
}

/**
 * Which places are taken, ascending: when there are to be fewer, Swarm chooses which of them go, and the others keep
 * their numbers. One that is not there yet gets the first number that is free.
 */
export function placesOf(tasks: readonly Pick<Task, 'slot'>[], replicas: number): number[] {
  const places = new Set(tasks.map(({ slot }) => slot));
  for (let place = 1; places.size < replicas; place++) places.add(place);
  return [...places].sort((one, other) => one - other);
}

/**
 * All that was in the place of an instance: what is to run there first, which is not the newest after an update that was
 * taken back; then the others, newest first.
 */
export async function tasksAt({ region, service, name }: Instance): Promise<Task[]> {
  const place = Number(/-(\d+)$/.exec(name)?.[1]);
  const tasks = (await tasksOf(full(region, service))).filter(({ slot }) => slot === place);
  const meant = tasks.filter(({ desired }) => desired === 'Running');
  return [...meant, ...tasks.filter((task) => !meant.includes(task))];
}

/** Until all instances run this image. @throws AppError transient service.not_ready when Swarm took it back, or stopped */
export async function untilUpdated(
  region: string,
  service: ServiceName,
  image: string,
  signal: AbortSignal,
): Promise<void> {
  await until(UPDATE_MS, `${service} of ${region} was not updated`, signal, async () => {
    const { UpdateStatus: status, Spec } = await stateOf(region, service);
    const meant = named(Spec.TaskTemplate.ContainerSpec.Image) === image;
    // What Swarm says of an earlier update stays there until the next one.
    if (status && (status.State === 'paused' || (!meant && status.State.startsWith('rollback_')))) {
      if (status.State === 'rollback_started') return false;
      throw await takenBack(region, service, image, status);
    }
    if (!meant || status?.State === 'updating') return false;
    const instances = await instancesOf(region, service);
    return instances.every(({ running, release }) => running && release === tagOf(image));
  });
}

async function takenBack(
  region: string,
  service: string,
  image: string,
  { State, Message }: { readonly State: string; readonly Message: string },
): Promise<AppError> {
  const tasks = await tasksOf(full(region, service));
  const failed = tasks.find((task) => hasFailed(task) && named(task.image) === image);
  const message = `Swarm took ${service} of ${region} back (${State}): ${failed?.error || Message}`;
  return new AppError('transient', 'service.not_ready', message);
}

/** Until all that are to be there run. */
export async function untilComplete(
  region: string,
  services: readonly ServiceName[],
  signal: AbortSignal,
): Promise<void> {
  for (const service of services) {
    await until(UPDATE_MS, `${service} of ${region} did not start`, signal, async () =>
      (await instancesOf(region, service)).every(({ running }) => running),
    );
  }
}

/** Until the job has ended well once more. @returns what it logged */
export async function untilJobDone(
  job: string,
  before: readonly Task[],
  signal: AbortSignal,
): Promise<string> {
  const old = new Set(before.map(({ id }) => id));
  let done: Task | undefined;
  await until(JOB_MS, `${job} did not end well (docker service logs ${job})`, signal, async () => {
    done = (await tasksOf(job)).find(({ id, state }) => !old.has(id) && state.startsWith('Complete'));
    return done !== undefined;
  });
  return runCommand(['docker', 'service', 'logs', '--raw', '--tail', '50', done?.id ?? job]);
}

async function until(
  ms: number,
  what: string,
  signal: AbortSignal,
  done: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await done())) {
    if (performance.now() > end) {
      throw new AppError('transient', 'service.not_ready', `${what} within ${ms / 60_000} minutes`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
