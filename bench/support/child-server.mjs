import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onCleanUp } from './clean-up.mjs';
import { freePort } from './scratch.mjs';

/** Starts a server of support/servers in a process of its own, tells it what to serve, waits for its port. */
export async function startServer(script, settings) {
  const child = fork(join(import.meta.dirname, 'servers', script), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onCleanUp(() => end(child));
  child.send(settings);
  const died = once(child, 'exit').then(() => {
    throw new Error(`${script} ended while starting`);
  });
  died.catch(() => undefined); // it ends at the clean-up too
  const [{ port }] = await Promise.race([once(child, 'message'), died]);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid };
}

/** uvicorn with one worker on the given Python, serving support/servers/constant_app.py. */
export async function startUvicorn(python, { path, bodyFile }) {
  const port = await freePort();
  const args = [
    '-m',
    'uvicorn',
    'constant_app:app',
    '--port',
    String(port),
    '--no-access-log',
    '--log-level',
    'error',
  ];
  const child = spawn(python, args, {
    cwd: join(import.meta.dirname, 'servers'),
    env: { ...process.env, BENCH_BODY_FILE: bodyFile, BENCH_PATH: path, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onCleanUp(() => end(child));
  const url = `http://127.0.0.1:${port}`;
  for (const limit = performance.now() + 15_000; !(await answers(`${url}${path}`)); await delay(50)) {
    if (performance.now() > limit || child.exitCode !== null) throw new Error('uvicorn did not start');
  }
  return { url, pid: child.pid };
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false; // not listening yet
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
