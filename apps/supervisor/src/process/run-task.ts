import { spawn } from 'node:child_process';
import { StartError } from '../start.error.js';

export interface Task {
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export interface TaskResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short-lived helper to its end: what it loads does not stay in the supervisor's memory. */
export function runTask({ args, cwd, env, timeoutMs, signal }: Task): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      signal,
      killSignal: 'SIGKILL',
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
}

/** As runTask, for helpers that answer with one line of JSON, or with one sentence on stderr and a code above 0. */
export async function askTask<T>(task: Task): Promise<T> {
  const { code, stdout, stderr } = await runTask(task);
  if (code === 0) return JSON.parse(stdout) as T;
  const sentence = stderr.trim() || `a helper of the start ended with code ${code}`;
  throw new StartError(sentence, code === 2 ? 2 : 1);
}
