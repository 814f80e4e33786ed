import { spawn } from 'node:child_process';
import { AppError } from '@btcforecast/platform/errors';
import type { Place } from './places.js';
import { type RigUser, serverEnvironment } from './server-processes.js';

export interface RunOptions {
  readonly user: RigUser;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program in the folder of a server, to its end.
 *
 * @returns what it printed
 * @throws AppError transient service.not_ready with the end of what it said, when it fails
 */
export async function runProgram(
  place: Pick<Place, 'folder'>,
  [command, ...args]: readonly [string, ...string[]],
  { user, environment, signal }: RunOptions,
): Promise<string> {
  const child = spawn(command, args, {
    cwd: place.folder,
    env: serverEnvironment(place.folder, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
    ...user.ids,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  const ended = await new Promise<number | Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  if (ended === 0) return said;
  signal?.throwIfAborted();
  const reason = ended instanceof Error ? ended.message : said.trim().slice(-500);
  throw new AppError('transient', 'service.not_ready', `${command} failed: ${reason}`);
}
