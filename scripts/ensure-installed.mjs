/** Installs the packages when they are missing or another set than package-lock.json names. Needs Node 20 only. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from './progress.mjs';

export const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.btcforecast-install');

/** The Node that the project pins; what runs this script may be older. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The compiler of TypeScript 7, in a third of the time of 6, whose API the linter and Nest still need. */
export const tsc = join(modules, 'typescript7', 'bin', 'tsc');

/** Environment in which every tool finds the pinned Node and the tools of this project first. */
export function toolEnv() {
  const path = `${join(modules, '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  return { ...process.env, PATH: path, NX_DAEMON: 'false' };
}

export async function ensureInstalled() {
  requireNode();
  const digest = lockDigest();
  if (stamp() === digest && existsSync(pinnedNode)) return;
  if (holdsWhatTheLockNames()) return writeFileSync(stampFile, digest);
  requireNpm();
  await install(existsSync(modules) ? 'updating the packages' : 'installing the packages (once)');
  if (!existsSync(pinnedNode))
    fail('npm left out install scripts: run "npm config delete ignore-scripts", then try again');
  writeFileSync(stampFile, digest);
}

function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old: install Node 20 or newer`);
}

function requireNpm() {
  const { stdout, error } = runNpmSync(['--version']);
  if (error) fail('npm was not found: install npm 10 or newer (it comes with Node)');
  if (Number.parseInt(stdout, 10) < 10) fail(`npm ${stdout.trim()} is too old: install npm 10 or newer`);
}

/** True when a plain `npm install` or `npm ci` has put every package of the lock file in place. */
function holdsWhatTheLockNames() {
  const installed = join(modules, '.package-lock.json');
  if (!existsSync(installed) || !existsSync(pinnedNode)) return false;
  const { packages: present } = JSON.parse(readFileSync(installed, 'utf8'));
  const { packages: wanted } = JSON.parse(readFileSync(lockFile, 'utf8'));
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      !path.startsWith('node_modules/') || optional || link || present[path]?.version === version,
  );
}

async function install(what) {
  const done = step(what);
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  const [command, first] = npmCommand();
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(-1)).on('close', resolve);
  });
  done(code === 0);
  if (code === 0) return;
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/npm (warn|notice)/.test(line));
  process.stderr.write(`${withoutAddresses(lines.slice(0, 15).join('\n'))}\n`);
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/.test(output);
  if (offline)
    fail('npm cannot reach its registry: connect to the network (or set up a proxy), then try again');
  if (/ENOSPC/.test(output)) fail(`the disk of ${root} is full: free some space, then try again`);
  fail('the packages could not be installed; the lines above say why');
}

/** Which registry someone uses is nobody's business, and its address may hold a password. */
function withoutAddresses(text) {
  return text.replace(/\b(https?|git(\+\w+)?):\/\/[^\s)'"]+/g, '<address>');
}

function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli && /\.c?js$/.test(cli) && /npm-cli/.test(cli)) return [process.execPath, [cli]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
}

function runNpmSync(args) {
  const [command, first] = npmCommand();
  return spawnSync(command, [...first, ...args], { cwd: root, encoding: 'utf8' });
}

function lockDigest() {
  const machine = `${process.platform} ${process.arch}`;
  return createHash('sha256').update(machine).update(readFileSync(lockFile)).digest('hex');
}

function stamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}

export function fail(sentence) {
  process.stderr.write(`btcforecast: ${sentence}\n`);
  process.exit(1);
}
