/** `npm start`: installs and builds what is missing, then becomes the supervisor. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, fail, pinnedNode, root, toolEnv, tsc } from './ensure-installed.mjs';
import { step } from './progress.mjs';

const FIRST_NODE = 24;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const supervisor = join(root, 'apps', 'supervisor', 'dist', 'main.js');

await ensureInstalled();
build();
endWithNpm();
if (Number(process.versions.node.split('.')[0]) >= FIRST_NODE) await import(pathToFileURL(supervisor).href);
else runOnPinnedNode();

/**
 * A SIGTERM to npm ends npm and its shell, but the shell does not pass it on: without this the system would go on
 * with nobody to stop it.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

function build() {
  const done = step('building what changed');
  const { status, stdout } = spawnSync(pinnedNode, [tsc, '-b'], {
    cwd: root,
    env: toolEnv(),
    encoding: 'utf8',
  });
  done(status === 0);
  if (status === 0) return;
  process.stderr.write(stdout);
  fail('the sources do not compile; the lines above say where');
}

/** In a session of its own, so that one Ctrl-C reaches it once, through us; it ends when we do (IPC channel). */
function runOnPinnedNode() {
  const child = spawn(pinnedNode, [supervisor, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: toolEnv(),
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`the supervisor could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
