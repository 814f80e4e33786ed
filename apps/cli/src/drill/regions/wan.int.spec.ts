import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { projectFolder } from '../rig/places.js';
import { hasProgram } from '../rig/server-processes.js';
import { NAMESPACES } from './enter-namespaces.js';

interface Travelled {
  readonly said: string[];
  /** Number of each packet that arrived, and after how many seconds. */
  readonly there: [number, number][];
  readonly back: [number, number][];
}
interface Request {
  readonly tell: string[];
  readonly count?: number;
  readonly size?: number;
}

const canRun = process.getuid?.() === 0 && ['ip', 'unshare', '/usr/bin/python3'].every(hasProgram);

describeWhen(canRun, 'needs root, iproute2, util-linux and python3')('the network between regions', () => {
  let scene: ChildProcess;
  let answers: AsyncIterator<string>;

  const next = async (): Promise<Travelled> => JSON.parse(String((await answers.next()).value)) as Travelled;
  const travel = (request: Request): Promise<Travelled> => {
    scene.stdin!.write(`${JSON.stringify(request)}\n`);
    return next();
  };

  beforeAll(async () => {
    const program = join(projectFolder, 'apps', 'cli', 'test', 'wan-scene.py');
    const wan = join(projectFolder, 'deploy', 'rig', 'wan.py');
    scene = spawn('unshare', [...NAMESPACES, '/usr/bin/python3', program, wan], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    answers = createInterface({ input: scene.stdout! })[Symbol.asyncIterator]();
    expect((await next()).said).toEqual(['ok', 'ok']);
  }, 30_000);
  afterAll(() => {
    scene?.kill('SIGKILL');
  });

  it('carries packets, and keeps their order whatever the jitter', async () => {
    const { there } = await travel({ tell: ['line a b delay=20 jitter=20'], count: 50 });
    expect(there.map(([n]) => n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
  it('takes the time of the line, each way', async () => {
    const { there, back } = await travel({ tell: ['line a b delay=60 jitter=0'] });
    expect(there[0]![1]).toBeGreaterThanOrEqual(0.06);
    expect(back[0]![1]).toBeGreaterThanOrEqual(0.06);
  });
  it('loses what it is told to lose', async () => {
    const { there } = await travel({ tell: ['line a b delay=0 loss=50'], count: 400 });
    expect(there.length).toBeGreaterThan(100);
    expect(there.length).toBeLessThan(300);
  });
  it('is cut both ways or one way, and joined', async () => {
    const oneWay = await travel({ tell: ['line a b loss=0', 'cut1 a b'] });
    expect([oneWay.there.length, oneWay.back.length]).toEqual([0, 1]);
    const both = await travel({ tell: ['cut a *'] });
    expect([both.there.length, both.back.length]).toEqual([0, 0]);
    const joined = await travel({ tell: ['join a *'] });
    expect([joined.there.length, joined.back.length]).toEqual([1, 1]);
  });
  it('is no faster than its rate', async () => {
    const { there } = await travel({ tell: ['line a b rate=1'], count: 20, size: 1_000 });
    // Twenty packets of 1,032 bytes at 1 Mbit/s take 165 ms.
    expect(there.at(-1)![1]).toBeGreaterThanOrEqual(0.16);
  });
  it('says what it does not understand', async () => {
    const { said } = await travel({
      tell: ['line a nowhere delay=1', 'line a b colour=1', 'line a b rate=0'],
    });
    expect(said).toEqual([expect.stringMatching(/^error/), expect.stringMatching(/^error/), 'ok']);
  });
});
