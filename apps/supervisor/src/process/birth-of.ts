import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process was born, as the system writes it: with its number this names a process for good, while the number
 * alone is given again. undefined when there is no such process, or it is only a dead entry.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return birthByPs(pid);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may hold anything
  return state === 'Z' || state === 'X' ? undefined : rest[18]; // field 22, starttime
}

async function birthByPs(pid: number): Promise<string | undefined> {
  const found = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return found?.stdout.trim() || undefined;
}
