import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, waitFor } from '@btcforecast/testing';
import { ensureImages, composeMissing, docker, engineMissing } from './engine.js';
import { testRegion, type TestRegion } from './test-region.js';

const HEALTHY_MS = 300_000;
/** 128 and the number of SIGKILL: it did not end within its grace. */
const KILLED = 137;
const OURS = /-(gateway-\d|market-data|prediction-\d|worker-\d)$/;

const missing = engineMissing() || composeMissing();

/** @throws Error which names those that are not */
function assertWell(region: TestRegion): true {
  const unwell = region.unwell();
  if (unwell.length > 0) throw new Error(unwell.join(', '));
  return true;
}

describeWhen(missing === '', missing)('a region under compose', () => {
  let region: TestRegion;

  beforeAll(async () => {
    ensureImages();
    region = await testRegion(['deploy/regions/us-east.yml'], 'core');
  }, 1_800_000);
  afterAll(() => region?.remove(), 180_000);

  it('comes up healthy in all its parts', async () => {
    const start = performance.now();
    region.compose('up', '-d');
    await waitFor(() => assertWell(region), {
      deadlineMs: HEALTHY_MS,
      what: 'all are healthy',
      everyMs: 500,
    });
    expect(region.containers().length).toBeGreaterThan(20);
    const seconds = Math.round((performance.now() - start) / 1_000);
    process.stdout.write(`core of one region is healthy after ${seconds} s\n`);
  }, 600_000);

  it('runs everything without privileges, on file systems that cannot be written', () => {
    const running = region.containers().filter(({ State }) => State.Running);
    for (const { Name, HostConfig, Id } of running) {
      expect({ Name, ...HostConfig }).toMatchObject({
        Name,
        ReadonlyRootfs: true,
        CapAdd: null,
        Privileged: false,
      });
      const status = Object.fromEntries(
        docker('exec', Id, 'cat', '/proc/1/status')
          .split('\n')
          .map((line) => line.split(':\t') as [string, string]),
      );
      expect({ container: Name, ...status }).toMatchObject({
        container: Name,
        Uid: expect.stringMatching(/^[1-9]/),
        CapEff: '0000000000000000',
        CapBnd: '0000000000000000',
        NoNewPrivs: '1',
        Seccomp: '2',
      });
      expect(spawnSync('docker', ['exec', Id, 'touch', '/x'], { encoding: 'utf8' })).toMatchObject({
        stderr: expect.stringContaining('Read-only file system'),
      });
    }
  }, 120_000);

  it('forecasts for who asks at nginx with the first key', async () => {
    const reply = await waitFor(
      async () => {
        const { status, body } = await region.get('/v1/forecasts/BTC-USD?horizon=24h');
        if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
        return body;
      },
      { deadlineMs: 300_000, what: 'a forecast', everyMs: 1_000 },
    );
    expect(reply).toMatchObject({ instrument: 'BTC-USD', source: 'demo' });
  }, 360_000);

  it('starts again what is killed', async () => {
    for (const name of ['us-east-gateway-1', 'us-east-redis-cache-2', 'us-east-nginx']) {
      const { Id, State } = region.container(name);
      // Not docker kill: that is the will of whoever operates it, and nothing starts it again.
      spawnSync('docker', ['exec', Id, 'sh', '-c', 'kill -9 -1']);
      await waitFor(
        () => {
          const now = region.container(name).State;
          return now.StartedAt !== State.StartedAt && now.Health?.Status === 'healthy';
        },
        { deadlineMs: 90_000, what: `${name} is back` },
      );
    }
  }, 300_000);

  it('ends by SIGTERM within its grace, our services with exit code 0', () => {
    region.compose('stop');
    const bad = region
      .containers()
      .map(({ Name, Id, State }) => ({ name: Name, id: Id, code: State.ExitCode }))
      .filter(({ name, code }) => code === KILLED || (OURS.test(name) && code !== 0))
      .map(({ id, ...each }) => ({ ...each, said: docker('logs', '--tail', '3', id) }));
    expect(bad).toEqual([]);
  }, 180_000);

  it('leaves nothing behind once it is taken down', () => {
    region.compose('down', '-v');
    const label = ['--filter', `label=com.docker.compose.project=${region.project}`, '-q'];
    expect([
      docker('ps', '-a', ...label),
      docker('network', 'ls', ...label),
      docker('volume', 'ls', ...label),
    ]).toEqual(['', '', '']);
  }, 180_000);
});
