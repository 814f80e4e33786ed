import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, waitFor } from '@btcforecast/testing';
import { TOKEN } from '../rpc/rpc.fixture.js';
import type { ReadyMessage } from './service-process.js';

type Message = ReadyMessage | { type: 'working' } | { type: 'modules'; tracing: boolean };

export interface Program {
  readonly child: ChildProcess;
  readonly messages: Message[];
  /** What it wrote to standard output and standard error so far. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  ready(): Promise<ReadyMessage>;
}

/** Starts service.program.mjs as a supervisor would. */
export function startProgram(env: Record<string, string>): Program {
  const folder = join(repositoryRoot, 'libs/platform');
  if (!existsSync(join(folder, 'dist/index.js'))) throw new Error('not built: run `npm run build` first');
  const child = fork(join(folder, 'src/lifecycle/service.program.mjs'), {
    execArgv: ['--import', '@btcforecast/platform/instrumentation'],
    env: { RPC_TOKEN: TOKEN, RPC_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const messages: Message[] = [];
  child.on('message', (message) => messages.push(message as Message));
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, messages, exit, output: () => text, ready: () => whenReady(child, messages, () => text) };
}

async function whenReady(
  child: ChildProcess,
  messages: Message[],
  output: () => string,
): Promise<ReadyMessage> {
  await waitFor(() => child.exitCode !== null || messages.some(({ type }) => type === 'working'), {
    deadlineMs: 20_000,
    what: 'the program works',
  });
  const ready = messages.find((message) => message.type === 'ready');
  if (!ready) throw new Error(`the program did not start: ${output()}`);
  return ready;
}
