/** `npm run bench`: installs and builds what is missing, then measures on the pinned Node. See docs/benchmarks.md. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, fail, pinnedNode, root, toolEnv, tsc } from '../scripts/ensure-installed.mjs';
import { step } from '../scripts/progress.mjs';

await ensureInstalled();
build();
const child = spawn(pinnedNode, [join(import.meta.dirname, 'main.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  env: toolEnv(),
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  detached: true, // Ctrl-C reaches it once, through us; it ends when we do (IPC channel)
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));

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
