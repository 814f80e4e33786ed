import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onCleanUp } from './clean-up.mjs';
import { cpuSeconds } from './process-tree.mjs';

const GENERATOR = join(import.meta.dirname, 'load-generator.mjs');
export const CONNECTIONS = 32;

/**
 * Puts load on a server.
 *
 * @param target `{url, path, headers, body?, pid}`: what is asked for, and the process whose CPU time is counted
 * @param order  `{kind: 'closed', seconds}` or `{kind: 'even' | 'poisson', perSecond, seconds, seed}`
 * @throws Error when a reply was not a 200: such figures mean nothing
 */
export async function load({ pid, ...target }, order) {
  const child = fork(GENERATOR, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onCleanUp(() => child.kill('SIGKILL'));
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the load generator ended (${code}) without a report`);
  });
  failed.catch(() => undefined); // it also ends after the report
  const before = cpuSeconds(pid);
  child.send({ connections: CONNECTIONS, expect: 200, ...target, ...order });
  const [report] = await Promise.race([once(child, 'message'), failed]);
  const serverCpu = cpuSeconds(pid) - before;
  if (report.errors > 0) {
    throw new Error(`${report.errors} of ${report.replies} replies of ${target.path} were no 200`);
  }
  return { ...report, cpuMicros: (serverCpu / report.replies) * 1e6 };
}
