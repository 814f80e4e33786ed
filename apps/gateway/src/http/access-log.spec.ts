import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLogger, ManualClock } from '@btcforecast/platform';
import fc from 'fast-check';
import { type AccessEntry, AccessLines, WithoutChecks } from './access-log.js';
import { LineOutput } from './line-output.js';

const ENTRY: AccessEntry = {
  requestId: 'abcdefgh-1',
  method: 'GET',
  route: '/v1/forecasts/:instrument',
  path: '/v1/forecasts/BTC-USD',
  status: 200,
  ms: 0.125,
  tenant: 'acme',
  actor: 'key 0123456789ab',
};

describe('a line of the access log', () => {
  it('is what the main logger would have written, whatever the path and the actor', () => {
    const clock = new ManualClock(1_700_000_000_123);
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, fc.integer(), fc.boolean(), (path, actor, status, known) => {
        const { tenant: _, actor: __, ...nobody } = ENTRY;
        const entry = known ? { ...ENTRY, path, actor, status } : { ...nobody, path, status };
        const lines: string[] = [];
        const output = { write: (line: string) => void lines.push(line), close: () => undefined };
        new AccessLines('gateway', 'solo', output, clock).write(entry);
        const expected: string[] = [];
        const destination = new Writable({
          write: (chunk: Buffer, _encoding, done) => (expected.push(chunk.toString()), done()),
        });
        createLogger('gateway', { region: 'solo', destination }).info(entry, 'request');
        const time = new Date(clock.now()).toISOString();
        expect(JSON.parse(lines[0]!)).toEqual({ ...JSON.parse(expected[0]!), '@timestamp': time });
        expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1);
      }),
    );
  });
});

describe('the access log below debug', () => {
  it('leaves out the checks of balancers and nothing else', () => {
    const routes: string[] = [];
    const log = new WithoutChecks({
      write: ({ route }) => void routes.push(route),
      close: () => undefined,
    });
    for (const route of ['/health/live', '/health/ready', '/v2/health/ready', ENTRY.route, 'none'])
      log.write({ ...ENTRY, route });
    expect(routes).toEqual([ENTRY.route, 'none']);
  });
});

describe('a pipe that nobody reads', () => {
  it('holds nobody up; what was written are whole lines in order, and what was not is counted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'btcforecast-log-'));
    const path = join(folder, 'pipe');
    if (spawnSync('mkfifo', [path]).status !== 0) throw new Error('mkfifo failed');
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      let lost = 0;
      const output = new LineOutput(fd, (lines) => (lost += lines));
      const line = (i: number): string => `${JSON.stringify({ i, text: 'x'.repeat(i % 700) })}\n`;
      let read = '';
      const readAll = (): void => {
        const chunk = Buffer.alloc(1 << 16);
        for (let bytes = drain(fd, chunk); bytes > 0; bytes = drain(fd, chunk))
          read += chunk.toString('utf8', 0, bytes);
      };
      for (let i = 0; i < 10_000; i += 1) output.write(line(i));
      expect(lost).toBeGreaterThan(0);
      const drainAll = (): void => {
        for (let i = 0; i < 50; i += 1) {
          readAll();
          output.close();
        }
      };
      drainAll();
      for (let i = 0; i < 100; i += 1) output.write(line(10_000 + i));
      drainAll();
      const numbers = read
        .trimEnd()
        .split('\n')
        .map((text) => (JSON.parse(text) as { i: number }).i);
      expect(numbers).toHaveLength(10_100 - lost);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers.at(-1)).toBe(10_099);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  });
});

/** 0 when there is nothing to read. */
function drain(fd: number, chunk: Buffer): number {
  try {
    return readSync(fd, chunk, 0, chunk.length, null);
  } catch {
    return 0;
  }
}
