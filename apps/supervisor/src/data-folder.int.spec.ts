import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDataFolder } from './data-folder.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'folder-')), 'data');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

describe('openDataFolder', () => {
  it('is held by one at a time and free again afterwards', async () => {
    const first = await openDataFolder(path);
    await expect(openDataFolder(path)).rejects.toThrow(
      `btcforecast already runs on ${path} (process ${process.pid}): stop it first, or set BTCF_DATA_DIR to another folder`,
    );
    await first.release();
    await (await openDataFolder(path)).release();
  });

  it('takes over from a holder that is dead, or whose number another process has now', async () => {
    const folder = await openDataFolder(path);
    const lockFile = join(path, 'supervisor.lock');
    await folder.release();
    const dead = spawnSync('true').pid;
    for (const stale of [{ pid: dead, birth: '1' }, { pid: process.pid, birth: '1' }, undefined]) {
      writeFileSync(lockFile, stale ? JSON.stringify(stale) : '{"pi');
      const taken = await openDataFolder(path);
      expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toMatchObject({ pid: process.pid });
      await taken.release();
    }
  });

  it('gives a stale lock to one of many that come at once', async () => {
    const folder = await openDataFolder(path);
    await folder.release();
    writeFileSync(join(path, 'supervisor.lock'), JSON.stringify({ pid: process.pid, birth: '1' }));
    const tries = await Promise.allSettled([openDataFolder(path), openDataFolder(path)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('names the folder that cannot be used, and BTCF_DATA_DIR', async () => {
    const blocked = join(path, '..', 'file');
    writeFileSync(blocked, '');
    await expect(openDataFolder(join(blocked, 'data'))).rejects.toThrow(
      /the data folder .*file\/data cannot be used \(ENOTDIR\): set BTCF_DATA_DIR/,
    );
  });
});
