import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

export const ABSENT = 'Prometheus and Alertmanager are not installed';

/** True where the programs of Debian's packages prometheus and prometheus-alertmanager are there. */
export function hasMonitoring(): boolean {
  const runs = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
  return runs('promtool') && runs('amtool') && runs('prometheus') && alertmanager() !== undefined;
}

/** Debian calls it otherwise than everybody else. */
export function alertmanager(): string | undefined {
  return ['prometheus-alertmanager', 'alertmanager'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
}

/** What a program prints; rejects with what it printed when it fails. */
export async function output(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, [...args], { cwd });
  return stdout + stderr;
}

export interface Server {
  /** All it has printed. */
  readonly log: () => string;
  close(): Promise<void>;
}

/** The shell that starts the server ends it when its input closes: it cannot outlive a killed test run. */
const LEASH = '"$@" & server=$!; read -r _; kill "$server"; wait "$server"';

export function startServer(program: string, args: readonly string[], cwd: string): Server {
  const shell = spawn('/bin/sh', ['-c', LEASH, 'sh', program, ...args], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  return {
    log: () => said,
    close: async () => {
      shell.stdin.end();
      if ((shell.exitCode ?? shell.signalCode) === null) await once(shell, 'exit');
    },
  };
}
