import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, HealthRegistry, Metrics, startInternalServer } from '@btcforecast/platform';
import { freePort, testDatabase } from '@btcforecast/testing';
import type { RunningSystem } from '../running-system.js';
import { type Check, type Finding, runChecks } from './check.js';
import { dataFolderChecks } from './data-folder.checks.js';
import { lineOf } from './examine.js';
import { installationChecks } from './installation.checks.js';
import { systemChecks } from './system.checks.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'btcf-doctor-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text = '', mtimeMs = Date.now()): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
}

async function find(checks: readonly Check[], name: string): Promise<Finding> {
  for await (const finding of runChecks(checks.filter((check) => check.name === name))) return finding;
  throw new Error(`no check ${name}`);
}

describe('the installation', () => {
  const packages = (versions: Record<string, string>): string =>
    JSON.stringify({
      packages: Object.fromEntries(
        Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
      ),
    });

  it('is wrong without packages, with other ones, and right with those of the lock file', async () => {
    const check = () => find(installationChecks(root), 'packages');
    put('package-lock.json', packages({ a: '1.0.0', b: '2.0.0' }));
    expect(await check()).toMatchObject({
      state: 'wrong',
      text: 'no packages are installed',
      todo: 'run npm ci',
    });
    put('node_modules/.package-lock.json', packages({ a: '1.0.1' }));
    expect(await check()).toMatchObject({ state: 'wrong', text: '2 missing or of another version: a, b' });
    put('node_modules/.package-lock.json', packages({ a: '1.0.0', b: '2.0.0', more: '1.0.0' }));
    expect(await check()).toMatchObject({ state: 'ok' });
  });

  it('does not mind optional packages of other platforms', async () => {
    put(
      'package-lock.json',
      '{"packages": {"node_modules/x-darwin": {"version": "1.0.0", "optional": true}}}',
    );
    put('node_modules/.package-lock.json', packages({}));
    expect(await find(installationChecks(root), 'packages')).toMatchObject({ state: 'ok' });
  });

  it('is wrong when a project is not built, or older than its sources', async () => {
    const check = () => find(installationChecks(root), 'build');
    const hourAgo = Date.now() - 3_600_000;
    put('apps/x/tsconfig.json');
    put('apps/x/src/deep/main.ts', '', hourAgo);
    mkdirSync(join(root, 'libs'));
    expect(await check()).toMatchObject({ state: 'wrong', text: `not built: ${join('apps', 'x')}` });
    put('apps/x/dist/.tsbuildinfo', '', hourAgo + 1_000);
    expect(await check()).toMatchObject({ state: 'ok' });
    put('apps/x/src/deep/main.spec.ts');
    expect(await check()).toMatchObject({ state: 'ok' });
    put('apps/x/src/deep/main.ts');
    expect(await check()).toMatchObject({ state: 'wrong', todo: 'run npm run build' });
  });

  it('is wrong on an older Node than the pinned one', async () => {
    put('node_modules/node/package.json', '{"version": "99.0.0"}');
    expect(await find(installationChecks(root), 'Node')).toMatchObject({ state: 'wrong' });
    put('node_modules/node/package.json', `{"version": "${process.versions.node}"}`);
    expect(await find(installationChecks(root), 'Node')).toMatchObject({ state: 'ok' });
  });
});

describe('the data folder', () => {
  const key = `btcf_0123456789ab_${'A'.repeat(43)}`;

  it('may be missing, since npm start makes it', async () => {
    const checks = dataFolderChecks(join(root, 'a', 'b'));
    expect(await find(checks, 'data folder')).toMatchObject({ state: 'skipped' });
    expect(await find(checks, 'disk space')).toMatchObject({ state: 'ok' });
    expect(await find(checks, 'admin key')).toMatchObject({ state: 'skipped' });
  });

  it('is wrong when it is a file', async () => {
    put('data');
    expect(await find(dataFolderChecks(join(root, 'data')), 'data folder')).toMatchObject({ state: 'wrong' });
  });

  it('is wrong when others may read the key, or when it is none', async () => {
    const check = () => find(dataFolderChecks(root), 'admin key');
    put('admin.key', `${key}\n`);
    chmodSync(join(root, 'admin.key'), 0o644);
    expect(await check()).toMatchObject({ state: 'wrong', todo: `run chmod 600 ${join(root, 'admin.key')}` });
    chmodSync(join(root, 'admin.key'), 0o600);
    expect(await check()).toMatchObject({ state: 'ok' });
    writeFileSync(join(root, 'admin.key'), 'x');
    expect(await check()).toMatchObject({ state: 'wrong' });
  });
});

describe('the running system', () => {
  const system = (changes: Partial<RunningSystem>): RunningSystem => ({
    pid: process.pid,
    dataDir: root,
    adminKeyFile: join(root, 'admin.key'),
    source: 'demo',
    feed: 'demo',
    gatewayUrl: 'http://127.0.0.1:1',
    databaseUrl: 'postgres://127.0.0.1:1/x',
    internalPorts: {},
    ...changes,
  });

  it('is not examined when nothing runs', async () => {
    for (const name of ['services', 'database', 'gateway', 'candles', 'forecasts', 'gaps']) {
      expect(await find(systemChecks(null, root), name)).toMatchObject({ state: 'skipped' });
    }
  });

  it('is wrong while a service is not ready, and says which one and why', async () => {
    const health = new HealthRegistry();
    const server = await startInternalServer({
      port: 0,
      host: '127.0.0.1',
      health,
      metrics: new Metrics({ service: 'test', region: 'solo' }),
      logger: createLogger('test', { level: 'silent' }),
    });
    const check = (ports: Record<string, number>) =>
      find(systemChecks(system({ internalPorts: ports }), root), 'services');
    health.add('database', async () => {
      throw new Error('connection refused');
    });
    expect(await check({ prediction: server.port })).toMatchObject({
      state: 'wrong',
      text: 'prediction is not ready: database: connection refused',
    });
    health.add('database', async () => undefined);
    health.setReady(true);
    expect(await check({ prediction: server.port })).toMatchObject({ state: 'ok' });
    const silent = await freePort();
    expect(await check({ prediction: server.port, worker: silent })).toMatchObject({
      state: 'wrong',
      text: 'worker does not answer',
    });
    await server.close();
  });

  it('is wrong when its database is away or not migrated', async () => {
    const check = (databaseUrl: string) => find(systemChecks(system({ databaseUrl }), root), 'database');
    expect(await check('postgres://127.0.0.1:1/x')).toMatchObject({
      state: 'wrong',
      text: expect.stringContaining('cannot be reached'),
    });
    const [migrated, empty] = [await testDatabase(), await testDatabase({ migrated: false })];
    expect(await check(migrated.url)).toMatchObject({ state: 'ok' });
    expect(await check(empty.url)).toMatchObject({ state: 'wrong', text: expect.stringContaining('older') });
    await migrated.drop();
    await empty.drop();
  });
});

describe('a finding', () => {
  it('is a line that says what is wrong and a second one that says what to do', () => {
    expect(lineOf({ check: 'build', state: 'wrong', text: 'not built', todo: 'run npm run build' })).toBe(
      '✗ build        not built\n               → run npm run build\n',
    );
    expect(lineOf({ check: 'npm', state: 'ok', text: '11.0.0' })).toBe('✓ npm          11.0.0\n');
  });

  it('comes from a check that throws, too', async () => {
    const broken = { name: 'x', run: () => Promise.reject(new Error('it broke')) };
    expect(await find([broken], 'x')).toMatchObject({ state: 'wrong', text: 'it broke' });
  });
});
