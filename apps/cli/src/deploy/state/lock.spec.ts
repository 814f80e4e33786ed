import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Lock, LockFile } from './lock.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = '2026-01-01T00:00:00.000Z';
const acquire = (): Lock => new LockFile(file).acquire('ops@example', 'update --release v2', NOW);
/** As the holder would be after its process ended. */
const leftBehind = (change: Record<string, unknown>): void => {
  acquire();
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
};
const pidOfTheDead = (): number => spawnSync('true').pid;

describe('the lock of an environment', () => {
  it('is had by one of any number, who can be named', () => {
    const refusals: unknown[] = [];
    const won = Array.from({ length: 20 }, () => {
      try {
        return acquire();
      } catch (error) {
        refusals.push(error);
        return null;
      }
    }).flatMap((lock) => lock ?? []);
    expect(refusals).toHaveLength(19);
    expect(refusals[0]).toMatchObject({
      kind: 'caller',
      message: expect.stringMatching(/ops@example.*update --release v2.*wait until it has ended/),
    });
    expect(won).toHaveLength(1);
    won[0]!.release();
    acquire().release();
    expect(existsSync(file)).toBe(false);
  });

  it('of a process that is gone is not taken by itself, but by whoever says so', () => {
    leftBehind({ pid: pidOfTheDead() });
    expect(acquire).toThrow(/process is gone: btcf deploy unlock/);
    expect(new LockFile(file).break(false)).toMatchObject({ who: 'ops@example' });
    acquire();
  });

  it('of a process whose number was given to another is seen as left behind', () => {
    leftBehind({ processStart: '1' });
    expect(acquire).toThrow(/process is gone/);
  });

  it('is not broken while its process lives', () => {
    acquire();
    expect(() => new LockFile(file).break(true)).toThrow(/wait until it has ended/);
  });

  it('of another machine is broken by force only', () => {
    leftBehind({ host: 'elsewhere' });
    expect(() => new LockFile(file).break(false)).toThrow(/elsewhere.*--force/);
    expect(new LockFile(file).break(true)).not.toBeNull();
    expect(new LockFile(file).break(true)).toBeNull();
  });

  it('released late, after it was broken, does not release that of the next', () => {
    const first = acquire();
    rmSync(file);
    const second = acquire();
    first.release();
    expect(acquire).toThrow(/changes this environment/);
    second.release();
    acquire();
  });
});
