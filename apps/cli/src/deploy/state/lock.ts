import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';

const Holder = z.object({
  id: z.string(),
  who: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** When that process started, by its kernel: a number given again belongs to another process. */
  processStart: z.string(),
  command: z.string(),
  since: z.iso.datetime(),
});
export type Holder = z.infer<typeof Holder>;

export interface Lock {
  release(): void;
}

/** Lets one at a time change an environment. */
export class LockFile {
  constructor(readonly path: string) {}

  /** @throws AppError caller request.invalid that says who holds it, and how to break it when that process is gone */
  acquire(who: string, command: string, now: string): Lock {
    const own: Holder = {
      id: randomUUID(),
      who,
      host: hostname(),
      pid: process.pid,
      processStart: startOf(process.pid) ?? '',
      command,
      since: now,
    };
    mkdirSync(dirname(this.path), { recursive: true });
    const draft = `${this.path}.${own.id}`;
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    try {
      // A link is made whole or not at all, and never over another one.
      linkSync(draft, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw refused(this.holder());
    } finally {
      unlinkSync(draft);
    }
    return { release: () => this.#remove(own.id) };
  }

  /** Null when nobody holds it. */
  holder(): Holder | null {
    try {
      return Holder.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * Takes the lock away from a process that is gone.
   *
   * @param force when it ran on another machine, where nobody can look from here
   * @returns whose it was; null when there was none
   * @throws AppError caller request.invalid while that process lives
   */
  break(force: boolean): Holder | null {
    const holder = this.holder();
    if (holder === null) return null;
    const state = stateOf(holder);
    if (state === 'alive') throw refused(holder);
    if (state === 'elsewhere' && !force) {
      const message = `process ${holder.pid} of ${holder.who} ran on ${holder.host}: look there whether it is gone, then say --force`;
      throw new AppError('caller', 'request.invalid', message);
    }
    this.#remove(holder.id);
    return holder;
  }

  /** Only if it is still that one: moved aside first, so that nobody looks at one lock and removes the next. */
  #remove(id: string): void {
    const aside = `${this.path}.${randomUUID()}`;
    try {
      renameSync(this.path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    if (Holder.parse(JSON.parse(readFileSync(aside, 'utf8'))).id !== id) linkSync(aside, this.path);
    unlinkSync(aside);
  }
}

function refused(holder: Holder | null): AppError {
  if (holder === null)
    return new AppError('transient', 'service.not_ready', 'another process just ended its work: try again');
  const { who, host, pid, command, since } = holder;
  const gone = {
    alive: 'wait until it has ended',
    gone: 'that process is gone: btcf deploy unlock takes its lock away',
    elsewhere: `if that process is gone on ${host}, btcf deploy unlock --force takes its lock away`,
  }[stateOf(holder)];
  const message = `${who} changes this environment since ${since} with "${command}" (process ${pid} on ${host}); ${gone}`;
  return new AppError('caller', 'request.invalid', message);
}

function stateOf({ host, pid, processStart }: Holder): 'alive' | 'gone' | 'elsewhere' {
  if (host !== hostname()) return 'elsewhere';
  return startOf(pid) === processStart ? 'alive' : 'gone';
}

/** proc(5): starttime, the twentieth field after the program's name; where there is no /proc whether it is there. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return process.platform === 'linux' || !isThere(pid) ? null : '';
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
