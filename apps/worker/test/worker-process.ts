import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, waitFor } from '@btcforecast/testing';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** What it logged so far. */
  output(): string;
  /** Until it takes jobs. */
  ready(): Promise<unknown>;
}

/** The built worker, as `npm start` and images run it. */
export function startWorkerProcess(env: Record<string, string>): WorkerProcess {
  const folder = join(repositoryRoot, 'apps/worker');
  const main = join(folder, 'dist/main.js');
  if (!existsSync(main)) throw new Error('not built: run `npm run build` first');
  const child = fork(main, { cwd: folder, env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  let isReady = false;
  child.on('message', ({ type }: { type: string }) => (isReady ||= type === 'ready'));
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const ready = () =>
    waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(text);
        return isReady;
      },
      { deadlineMs: 30_000, what: 'the worker is ready' },
    );
  return { child, exit, output: () => text, ready };
}
