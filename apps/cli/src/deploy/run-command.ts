import { execFile } from 'node:child_process';
import { AppError } from '@btcforecast/platform/errors';
import { inheritedEnvironment } from '../cli.env.js';

export interface RunCommandOptions {
  readonly cwd?: string;
  /** Beside the environment of whoever runs btcf. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default ten minutes. */
  readonly timeoutMs?: number;
  /** For its standard input. */
  readonly input?: string;
  /** Give what it printed on its standard error too, after the rest. */
  readonly bothOutputs?: boolean;
}

const TEN_MINUTES_MS = 600_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
const SAID_CHARACTERS = 800;

/**
 * Runs a program to its end, without a shell.
 *
 * @returns what it printed on its standard output
 * @throws AppError caller config.invalid when there is no such program; transient service.not_ready with the end of what it said, when it fails; its detail `brief` holds
 *   nothing of that, for places where it is kept
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, environment = {}, signal, timeoutMs = TEN_MINUTES_MS, input, bothOutputs }: RunCommandOptions = {},
): Promise<string> {
  const env = { ...inheritedEnvironment(), ...environment };
  const options = { cwd, env, signal, timeout: timeoutMs, maxBuffer: MOST_OUTPUT, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(bothOutputs ? stdout + stderr : stdout);
      if (signal?.aborted) return reject(signal.reason as Error);
      if (error.code === 'ENOENT') {
        const missing = `${program} is not installed here, or not in PATH`;
        return reject(new AppError('caller', 'config.invalid', missing));
      }
      const said = `${stdout}\n${stderr}`.trim().slice(-SAID_CHARACTERS);
      const message = `${program} failed: ${said === '' ? error.message : said}`;
      reject(new AppError('transient', 'service.not_ready', message, { brief: `${program} failed` }));
    });
    child.stdin?.on('error', () => undefined).end(input); // whoever does not read it says why by its exit code
  });
}
