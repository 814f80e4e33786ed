import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWhen, waitFor } from '@btcforecast/testing';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './start-embedded-postgres.js';

let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(dataDir, 0o755);
  running = [];
});

afterEach(async () => {
  for (const server of running) await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, ...options });
  running.push(server);
  return server;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

function processesIn(folder: string): string[] {
  const { stdout } = spawnSync('/bin/sh', ['-c', 'ls -l /proc/[0-9]*/cwd 2>/dev/null'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.endsWith(` -> ${folder}`));
}

describe('startEmbeddedPostgres', () => {
  it('listens on the loopback address only and wants its password', async () => {
    const server = await start();
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'SELECT current_database() AS name')).toEqual([{ name: 'btcforecast' }]);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(connect(wrong.href)).rejects.toThrow('password authentication failed');
    const password = join(dirname(server.folder), 'password');
    expect(statSync(password).mode & 0o777).toBe(0o600);
  });

  it('keeps its data over a stop and leaves nothing running', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    await first.stop();
    expect(processesIn(first.folder)).toEqual([]);
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const second = await start({ port: first.port });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
  });

  it('starts again at once after a kill -9 with sessions open and at work', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    const idle = await connect(first.url);
    const busy = await connect(first.url);
    const sleeping = busy.query('SELECT pg_sleep(60)').catch((error: Error) => error);
    process.kill(first.pid, 'SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    const second = await start({ port: first.port });
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
    expect(await sleeping).toBeInstanceOf(Error);
    await Promise.allSettled([idle.end(), busy.end()]);
  });

  it('stops a server that outlived its starter before it starts another', async () => {
    const left = await start();
    await query(left.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    const lines: string[] = [];
    const server = await start({ onLog: (line) => lines.push(line) });
    expect((await left.exited).code).toBe(0);
    expect(lines).toContainEqual(expect.stringContaining('of an earlier run'));
    expect(await query(server.url, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
  });

  it('does not take another program for a server because it has the number in a stale postmaster.pid', async () => {
    const first = await start();
    await first.stop();
    const { uid, gid } = statSync(first.folder);
    const other = spawn('sleep', ['60'], { uid, gid });
    writeFileSync(join(first.folder, 'postmaster.pid'), `${other.pid}\n${first.folder}\n`);
    chownSync(join(first.folder, 'postmaster.pid'), uid, gid);
    const second = await start();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
    await once(other, 'exit');
  });

  it('says in one sentence that the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({ reason: 'port_taken' });
    taken.close();
  });

  it('leaves nothing half made when the first start is interrupted', async () => {
    const first = await start();
    await first.stop();
    const half = join(dirname(first.folder), 'data.new');
    spawnSync('mv', [first.folder, half]);
    rmSync(join(half, 'PG_VERSION'));
    const second = await start();
    expect(existsSync(half)).toBe(false);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a damaged data folder', () => {
  const damages: [string, (cluster: string) => void, string, RegExp][] = [
    ['no PG_VERSION', (at) => rmSync(join(at, 'PG_VERSION')), 'folder_damaged', /no PG_VERSION/],
    [
      'an empty pg_control',
      (at) => truncateSync(join(at, 'global/pg_control'), 0),
      'folder_damaged',
      /pg_control/,
    ],
    ['no pg_wal', (at) => rmSync(join(at, 'pg_wal'), { recursive: true }), 'folder_damaged', /pg_wal/],
    [
      'no settings',
      (at) => rmSync(join(at, 'postgresql.conf')),
      'folder_damaged',
      /postgresql\.conf|settings|config/,
    ],
    ['no password', (at) => rmSync(join(dirname(at), 'password')), 'folder_damaged', /password/],
    [
      'another release',
      (at) => writeFileSync(join(at, 'PG_VERSION'), '14\n'),
      'wrong_version',
      /PostgreSQL 14/,
    ],
  ];

  it.each(damages)('with %s is named in one sentence', async (_what, damage, reason, sentence) => {
    const first = await start();
    await first.stop();
    damage(first.folder);
    const failure = await start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'DatabaseServerError', reason });
    const { message } = failure as Error;
    expect(message).toMatch(sentence);
    expect(message).toContain(dataDir);
    expect(message.split('\n')).toHaveLength(1);
  });
});

const isRoot = process.getuid?.() === 0;

describeWhen(isRoot, 'needs root')('as root', () => {
  it('runs the server as another user, who owns its folder', async () => {
    const server = await start();
    const { uid, mode } = statSync(dirname(server.folder));
    expect(uid).not.toBe(0);
    expect(mode & 0o777).toBe(0o700);
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${uid}\\s`, 'm'));
  });

  it('puts the data of a folder closed to others into one of its own and finds it again', async () => {
    const fallbackRoot = join(dataDir, 'open', 'shared');
    const closed = join(dataDir, 'closed');
    spawnSync('mkdir', ['-p', join(closed, 'home'), '-m', '700']);
    chmodSync(closed, 0o700);
    const options = { dataDir: join(closed, 'home', 'data'), fallbackRoot };
    const first = await start(options);
    expect(first.folder.startsWith(fallbackRoot)).toBe(true);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS value');
    await first.stop();
    const second = await start(options);
    expect(second.folder).toBe(first.folder);
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
  });

  it('starts afresh, and deletes nothing, when only the closed data folder was deleted', async () => {
    const fallbackRoot = join(dataDir, 'shared');
    const closed = join(dataDir, 'closed');
    spawnSync('mkdir', ['-m', '700', closed]);
    const options = { dataDir: join(closed, 'data'), fallbackRoot };
    const first = await start(options);
    await query(first.url, 'CREATE TABLE old AS SELECT 1');
    await first.stop();
    rmSync(options.dataDir, { recursive: true });
    const lines: string[] = [];
    const second = await start({ ...options, onLog: (line) => lines.push(line) });
    expect(await query(second.url, "SELECT to_regclass('old') AS found")).toEqual([{ found: null }]);
    expect(lines).toContainEqual(expect.stringContaining('was moved to'));
  });

  it('names the closed folder and BTCF_DATA_DIR when there is no other place', async () => {
    const closed = join(dataDir, 'closed');
    spawnSync('mkdir', ['-m', '700', closed]);
    const failure = start({ dataDir: join(closed, 'data'), fallbackRoot: join(closed, 'shared') });
    await expect(failure).rejects.toMatchObject({
      reason: 'folder_closed',
      message: expect.stringMatching(new RegExp(`${closed}.*BTCF_DATA_DIR`)),
    });
  });
});

/** A real small disk, where the sandbox allows to mount one. */
function mountSmallDisk(at: string, size: string): boolean {
  spawnSync('mkdir', ['-p', at]);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'small', at]).status === 0;
}

function canMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'mount-'));
  const can = isRoot && mountSmallDisk(probe, '1m');
  if (can) spawnSync('umount', [probe]);
  rmSync(probe, { recursive: true });
  return can;
}

describeWhen(canMount(), 'needs root and the right to mount')('on a small disk', () => {
  it('says in one sentence that it is full, and starts once there is room', async () => {
    const disk = join(dataDir, 'disk');
    mountSmallDisk(disk, '20m');
    try {
      const failure = await start({ dataDir: disk }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        reason: 'disk_full',
        message: expect.stringContaining(disk),
      });
      spawnSync('mount', ['-o', 'remount,size=200m', disk]);
      const server = await start({ dataDir: disk });
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await server.stop();
    } finally {
      await waitFor(() => spawnSync('umount', [disk]).status === 0, { deadlineMs: 5_000, what: 'unmounted' });
    }
  });
});
