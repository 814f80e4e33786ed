import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWhen, repositoryRoot, waitFor } from '@btcforecast/testing';

const HOUR_MS = 3_600_000;
const T0 = Date.UTC(2025, 0, 1);
const built = join(repositoryRoot, 'apps', 'simulated-exchange', 'dist', 'main.js');

interface Ready {
  readonly type: string;
  readonly url: string;
  readonly feed: string;
}

let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-sim-app-'));
  file = join(folder, 'hours.csv');
  const rows = Array.from({ length: 1_000 }, (_row, h) => `${T0 + h * HOUR_MS},100,102,99,101,5`);
  await writeFile(file, rows.join('\n'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function launch(env: Record<string, string>): ChildProcess {
  const child = fork(built, { env: { PATH: process.env['PATH'], ...env }, silent: true, execArgv: [] });
  children.push(child);
  return child;
}

const replay = (over: Record<string, string> = {}) =>
  launch({
    SIM_MODE: 'replay',
    SIM_FILE: file,
    SIM_SPEED: '36000',
    SIM_FROM: '2025-01-05',
    SIM_STATE_DIR: join(folder, 'state'),
    ...over,
  });
const ready = async (child: ChildProcess) => ((await once(child, 'message')) as [Ready])[0];
const positionOf = async (url: string) =>
  ((await (await fetch(`${url}/sim/clock`)).json()) as { now: number }).now;
const output = (child: ChildProcess) => {
  const text = { value: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => (text.value += String(data)));
  return text;
};

describeWhen(existsSync(built), 'apps/simulated-exchange is not built')(
  'the simulated exchange as a process',
  () => {
    it('announces its address and feed, and goes on where it was after kill -9', async () => {
      const first = replay();
      const { type, url, feed } = await ready(first);
      expect({ type, feed }).toEqual({ type: 'ready', feed: expect.stringMatching(/^replay-[0-9a-f]{8}$/) });
      await waitFor(async () => (await positionOf(url)) > Date.UTC(2025, 0, 5) + 30 * HOUR_MS, {
        deadlineMs: 20_000,
        what: 'thirty hours have passed',
      });
      const before = await positionOf(url);
      first.kill('SIGKILL');
      await once(first, 'exit');
      const second = await ready(replay({ SIM_SPEED: '1' }));
      const after = await positionOf(second.url);
      expect(second.feed).toBe(feed);
      expect(before - after).toBeLessThan(20 * HOUR_MS); // saved every second, which is ten hours
      expect(after).toBeGreaterThan(Date.UTC(2025, 0, 5));
    });

    it('ends by itself when its supervisor is gone', async () => {
      const child = replay();
      await ready(child);
      child.disconnect();
      expect(await once(child, 'exit')).toEqual([0, null]);
    });

    it.each([
      ['a replay without a file', { SIM_FILE: '' }, /a replay needs a file: set SIM_FILE/],
      [
        'a file that is not there',
        { SIM_FILE: '/none.csv' },
        /\/none.csv cannot be used: there is no such file/,
      ],
      [
        'a start outside the file',
        { SIM_FROM: '2031-01-01' },
        /cannot start at 2031-01-01.*choose an instant within/,
      ],
      ['a speed of nothing', { SIM_SPEED: '0' }, /SIM_SPEED: .*>0/],
      ['an unknown mode', { SIM_MODE: 'dream' }, /SIM_MODE: .*"replay"\|"demo"/],
    ])('ends with 78 and one sentence for %s', async (_what, env, message) => {
      const child = replay(env);
      const text = output(child);
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(78);
      expect(text.value).toMatch(message);
    });
  },
);
