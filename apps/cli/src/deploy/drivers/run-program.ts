import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { AppError } from '@btcforecast/platform/errors';

export interface RunOptions {
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to its standard output
 * @throws AppError caller config.invalid when there is no such program; AppError transient service.not_ready with its last
 *   lines when it failed; the reason of the signal when that ended it
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, input, signal }: RunOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  try {
    const [file, ...all] = withEnv([program, ...args], env);
    const { code, out, err } = await ended(spawn(file as string, all, { ...(signal && { signal }) }), input);
    if (code === 0) return out;
    const said = lastLines(err.trim() || out.trim());
    throw new AppError(
      'transient',
      'service.not_ready',
      `${program} ${args.slice(0, 2).join(' ')} failed: ${said}`,
    );
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('caller', 'config.invalid', `${program} is not installed here, or not in PATH`);
  }
}

/** `env` adds to what this process was given, which nobody here reads. */
function withEnv(words: string[], env: Readonly<Record<string, string>>): string[] {
  const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return given.length === 0 ? words : ['env', ...given, ...words];
}

async function ended(child: ChildProcessWithoutNullStreams, input?: string) {
  const code = new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', (status) => resolve(status ?? 1));
  });
  child.stdin.on('error', () => undefined).end(input); // whoever does not read it says why by its exit code
  const [status, out, err] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { code: status, out, err };
}

const lastLines = (said: string): string => said.split('\n').slice(-5).join(' ');
