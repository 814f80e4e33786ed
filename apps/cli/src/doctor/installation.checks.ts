import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, ok, type Outcome, wrong } from './check.js';

const LEAST_NPM = 10;

/** What `npm ci` and `npm run build` leave behind. @param root folder of the checkout */
export function installationChecks(root: string): Check[] {
  return [
    { name: 'Node', run: () => checkNode(root) },
    { name: 'npm', run: checkNpm },
    { name: 'packages', run: () => checkPackages(root) },
    { name: 'build', run: () => checkBuild(root) },
  ];
}

function checkNode(root: string): Outcome {
  const file = join(root, 'node_modules', 'node', 'package.json');
  if (!existsSync(file)) return wrong('the pinned Node is not installed', 'run npm ci');
  const pinned = String((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
  const running = process.versions.node;
  if (majorOf(running) >= majorOf(pinned)) return ok(`${running} (pinned: ${pinned})`);
  return wrong(
    `this is Node ${running}, the pinned one is ${pinned}`,
    'start it as npx btcf, which finds the pinned one',
  );
}

function checkNpm(): Outcome {
  const { stdout, status } = spawnSync('npm', ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    return wrong('npm was not found', `install npm ${LEAST_NPM} or newer; it comes with Node`);
  const version = stdout.trim();
  if (majorOf(version) >= LEAST_NPM) return ok(version);
  return wrong(`npm ${version} is too old`, `install npm ${LEAST_NPM} or newer`);
}

type Packages = Record<string, { version?: string; optional?: boolean; link?: boolean }>;

/** The packages in place against those that package-lock.json names; optional ones may belong to other platforms. */
function checkPackages(root: string): Outcome {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return wrong('no packages are installed', 'run npm ci');
  const present = packagesOf(installed);
  const wanted = Object.entries(packagesOf(join(root, 'package-lock.json')));
  const missing = wanted
    .filter(([path, { optional, link }]) => path.includes('node_modules/') && !optional && !link)
    .filter(([path, { version }]) => present[path]?.version !== version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  if (missing.length === 0) return ok('as package-lock.json names them');
  const some = missing.slice(0, 3).join(', ');
  return wrong(
    `${missing.length} missing or of another version: ${some}${missing.length > 3 ? ', …' : ''}`,
    'run npm ci',
  );
}

function packagesOf(file: string): Packages {
  return (JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages }).packages;
}

/** A project whose sources are newer than what was built from them would run old code. */
function checkBuild(root: string): Outcome {
  const projects = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'tsconfig.json')))
      .map(({ name }) => join(folder, name)),
  );
  const unbuilt = projects.filter((project) => !existsSync(stampOf(root, project)));
  if (unbuilt.length > 0) return wrong(`not built: ${unbuilt.join(', ')}`, 'run npm run build');
  const stale = projects.filter(
    (project) => newestSource(join(root, project, 'src')) > mtime(stampOf(root, project)),
  );
  if (stale.length > 0) return wrong(`older than its sources: ${stale.join(', ')}`, 'run npm run build');
  return ok(`${projects.length} projects, all newer than their sources`);
}

function stampOf(root: string, project: string): string {
  return join(root, project, 'dist', '.tsbuildinfo');
}

function newestSource(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const sources = files.filter(
    (file) => file.isFile() && file.name.endsWith('.ts') && !file.name.endsWith('.spec.ts'),
  );
  return Math.max(0, ...sources.map((file) => mtime(join(file.parentPath, file.name))));
}

function mtime(file: string): number {
  return statSync(file).mtimeMs;
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
