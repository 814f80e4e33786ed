import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFile } from './log-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('LogFile', () => {
  it('goes on where it was, for its owner only', () => {
    const path = join(folder, 'a.log');
    for (const line of ['one', 'two']) {
      const log = new LogFile(path);
      log.write(line);
      log.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps one earlier file when it grows too long, at start and while running', () => {
    const path = join(folder, 'a.log');
    writeFileSync(path, 'x'.repeat(100));
    const log = new LogFile(path, 50);
    log.write('y'.repeat(60));
    log.write('z');
    log.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${'y'.repeat(60)}\n`);
    expect(readFileSync(path, 'utf8')).toBe('z\n');
  });

  it('takes no harm from a line after its end', () => {
    const log = new LogFile(join(folder, 'a.log'));
    log.close();
    log.write('late');
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('');
  });
});
