import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..', '..');
const built = join(root, 'libs', 'database', 'dist', 'embedded.js');

/** Once per run of the projects that need servers: a PostgreSQL for all test files, and the programs they start. */
export default async function setUp() {
  process.env.TEST_RUN_ID = randomBytes(4).toString('hex');
  ensurePrograms();
  if (process.env.TEST_DATABASE_URL) return;
  ensureBuilt();
  process.env.TEST_DATABASE_URL = await startDatabase();
}

/** The server is kept by a process of its own, which stops it when its input closes, even if this run is killed. */
async function startDatabase() {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'database-keeper.mjs'), built], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  globalThis.btcforecastDatabaseKeeper = keeper;
  for await (const line of createInterface({ input: keeper.stdout })) return line;
  throw new Error('the PostgreSQL for the tests did not start; the lines above say why');
}

function ensureBuilt() {
  if (existsSync(built)) return;
  const tsc = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-b', 'libs/database'], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0)
    throw new Error('libs/database does not compile, so no test database can be started');
}

/** Programs that tests start, and Debian's package of each. */
const PROGRAMS = {
  'redis-server': 'redis-server',
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  // For drills: apps/cli/src/drill.
  'redis-sentinel': 'redis-sentinel',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
  patroni: 'patroni',
  pgbackrest: 'pgbackrest',
  haproxy: 'haproxy',
  // For the files of a region: apps/cli/src/deploy, and nginx with a name server before real gateways.
  nginx: 'nginx',
  dnsmasq: 'dnsmasq-base',
  varnishd: 'varnish',
  shellcheck: 'shellcheck',
};

/** Installs what is missing where that can be done at once (Debian, root); otherwise the tests of it are skipped. */
function ensurePrograms() {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => !(program === 'redis-server' && process.env.REDIS_URL_TEST) && !runs('which', [program]),
  );
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !runs('apt-get', ['--version'])) return;
  const packages = missing.map(([, name]) => name);
  process.stderr.write(`installing ${packages.join(', ')} for the tests …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const policy = '/usr/sbin/policy-rc.d'; // tells Debian not to start the service it installs
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
    const install = (names) =>
      spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
        env,
        stdio: 'ignore',
      }).status === 0;
    // One that cannot be had must not keep the others away.
    const lost = install(packages) ? [] : packages.filter((name) => !install([name]));
    if (lost.length > 0)
      process.stderr.write(`${lost.join(', ')} could not be installed: their tests are skipped\n`);
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
