import { runCommand } from '../../run-command.js';

/** What `docker service inspect` says, as far as it is asked for. */
export interface StackServiceState {
  readonly Spec: {
    readonly TaskTemplate: { readonly ContainerSpec: { readonly Image: string } };
    readonly Mode: { readonly Replicated?: { readonly Replicas: number } };
  };
  readonly UpdateStatus?: { readonly State: string; readonly Message: string };
}

/** One instance that is there or was; Swarm keeps the last few of each place. */
export interface Task {
  readonly id: string;
  /** From 1. */
  readonly slot: number;
  readonly image: string;
  /** What it is to be: Running, Shutdown, … */
  readonly desired: string;
  /** What it is, and since when: `Running 5 minutes ago`. */
  readonly state: string;
  readonly error: string;
}

/** @returns null when there is no such service */
export async function serviceState(name: string): Promise<StackServiceState | null> {
  const found = await runCommand(['docker', 'service', 'ls', '-q', '--filter', `name=${name}`]);
  if (found.trim() === '') return null;
  const text = await runCommand(['docker', 'service', 'inspect', name]);
  return (JSON.parse(text) as StackServiceState[])[0] ?? null;
}

/** Newest first in each place. */
export async function tasksOf(name: string): Promise<Task[]> {
  const text = await runCommand(['docker', 'service', 'ps', '--no-trunc', '--format', '{{json .}}', name]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row = JSON.parse(line) as Record<
        'ID' | 'Name' | 'Image' | 'DesiredState' | 'CurrentState' | 'Error',
        string
      >;
      return {
        id: row.ID,
        slot: Number(/\.(\d+)$/.exec(row.Name)?.[1] ?? 1),
        image: row.Image,
        desired: row.DesiredState,
        state: row.CurrentState,
        error: row.Error.replaceAll('"', ''),
      };
    });
}

export const isRunning = ({ state, desired }: Task): boolean =>
  desired === 'Running' && state.startsWith('Running');
export const hasFailed = ({ state }: Task): boolean => /^(Failed|Rejected)/.test(state);

/** The image without the digest that Swarm adds once it has asked a registry. */
export const named = (image: string): string => image.replace(/@.*$/, '');
