import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const KIB = 1024;

/**
 * Most resident memory that a process has had, bytes; outside Linux what it has now. null when it cannot be known: the
 * process has ended, or this is Windows.
 */
export async function peakMemoryOf(pid: number): Promise<number | null> {
  try {
    if (process.platform === 'linux') {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
      return found ? Number(found[1]) * KIB : null;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * KIB;
  } catch {
    return null;
  }
}
