import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SwarmDriver } from '../../apps/cli/src/deploy/drivers/swarm/swarm-driver.js';
import { describeWhen, repositoryRoot, waitFor } from '@btcforecast/testing';
import { ensureImages, composeMissing, docker, engineMissing, run } from './engine.js';
import { testRegion, type TestRegion } from './test-region.js';

const NETWORKS = ['us-east-edge', 'us-east-app', 'us-east-data', 'wan'];
const FILES = ['deploy/regions/us-east.yml', 'deploy/swarm/us-east.networks.yml'];
const ASKED = '/v1/instruments';
const never = new AbortController().signal;

const missing = engineMissing() || composeMissing();

describeWhen(missing === '', missing)('a region under Docker Swarm', () => {
  let region: TestRegion;
  let driver: SwarmDriver;
  let began = false;

  beforeAll(async () => {
    ensureImages();
    variant('v2', ['LABEL release=2']);
    variant('broken', ['CMD ["node", "-e", "process.exit(1)"]']);
    began = docker('info', '--format', '{{.Swarm.LocalNodeState}}') === 'inactive';
    if (began) docker('swarm', 'init', '--advertise-addr', '127.0.0.1');
    docker(
      'node',
      'update',
      '--label-add',
      'region=us-east',
      docker('info', '--format', '{{.Swarm.NodeID}}'),
    );
    region = await testRegion(FILES, 'data');
    driver = new SwarmDriver({
      root: repositoryRoot,
      registry: 'btcforecast',
      resolveImages: false,
      secrets: region.env['SECRETS_DIR'] as string,
      env: { ...region.env, GATEWAYS: '2', PREDICTIONS: '1', WORKERS: '1' },
    });
  }, 1_800_000);

  afterAll(async () => {
    if (!region) return;
    docker('stack', 'rm', 'btcforecast-us-east');
    region.remove();
    await waitFor(() => docker('network', 'rm', ...NETWORKS), {
      deadlineMs: 120_000,
      what: 'no task',
      everyMs: 2_000,
    });
    docker('image', 'rm', '--force', 'btcforecast/gateway:v2', 'btcforecast/gateway:broken');
    if (began) docker('swarm', 'leave', '--force');
  }, 300_000);

  it('starts beside the databases that compose runs, and answers', async () => {
    const starting = driver.startRegion(
      'us-east',
      { release: 'dev', members: ['us-east'], joins: false },
      never,
    );
    await Promise.all([starting, untilNetworks().then(() => region.compose('up', '-d'))]);
    expect(
      (await driver.instances('us-east')).map(({ name, release, running }) => [name, release, running]),
    ).toEqual(
      ['market-data-1', 'prediction-1', 'worker-1', 'gateway-1', 'gateway-2'].map((name) => [
        name,
        'dev',
        true,
      ]),
    );
    expect((await driver.servers('us-east')).filter(({ well }) => !well)).toEqual([]);
    await waitFor(() => assertAnswer(region), {
      deadlineMs: 300_000,
      what: 'an answer',
      everyMs: 500,
    });
  }, 1_500_000);

  it('finds all that an update needs, and names what is missing', async () => {
    await driver.check('us-east', 'dev');
    await expect(driver.check('us-east', 'nine')).rejects.toThrow(
      /no image btcforecast\/gateway:nine on this node/,
    );
    await expect(driver.check('mars', 'dev')).rejects.toThrow(/no node has the label region=mars/);
  });

  it('runs its services without capabilities, on file systems that cannot be written', async () => {
    for (const server of ['gateway', 'worker', 'nginx', 'haproxy']) {
      const status = await driver.execute('us-east', server, ['cat', '/proc/1/status']);
      expect({ server, status }).toEqual({
        server,
        status: expect.stringMatching(/Uid:\t[1-9][^]*CapEff:\t0{16}\n/),
      });
      await expect(driver.execute('us-east', server, ['touch', '/x'])).rejects.toThrow(
        /Read-only file system/,
      );
    }
  });

  it('runs the migration again, as a job', async () => {
    expect(await driver.runOnce('us-east', 'migrate', { release: 'dev' }, never)).toContain(
      'the schema is new',
    );
  }, 300_000);

  it('is brought to another release under load without one failed request', async () => {
    const load = startLoad(region);
    const said = await driver.updateService('us-east', 'gateway', 'v2', never);
    const { asked, failed } = await load.stop();
    process.stdout.write(`rolling update: ${said}; ${asked} requests, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(100);
    expect((await gateways(driver)).map(({ release, running }) => [release, running])).toEqual([
      ['v2', true],
      ['v2', true],
    ]);
  }, 600_000);

  it('takes a broken release back by itself, and nobody notices', async () => {
    const load = startLoad(region);
    const start = performance.now();
    await expect(driver.updateService('us-east', 'gateway', 'broken', never)).rejects.toThrow(
      /Swarm took gateway of us-east back \(rollback_completed\)/,
    );
    const seconds = Math.round((performance.now() - start) / 1_000);
    const { asked, failed } = await load.stop();
    process.stdout.write(`taken back after ${seconds} s; ${asked} requests, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
    expect((await gateways(driver)).map(({ release, running }) => [release, running])).toEqual([
      ['v2', true],
      ['v2', true],
    ]);
  }, 600_000);

  it('has more and fewer instances when it is told', async () => {
    await driver.scale('us-east', 'gateway', 1, 'v2');
    const [gateway, ...others] = await gateways(driver);
    expect(others).toEqual([]);
    // Swarm chooses which of the two stays.
    expect(gateway!.name).toMatch(/^gateway-[12]$/);
    expect(await driver.probe(gateway!)).toMatchObject({ ready: true });
    expect(await driver.logs(gateway!, 3)).toHaveLength(3);
  }, 300_000);
});

/** @throws Error with the answer, unless it is a good one */
async function assertAnswer(region: TestRegion): Promise<true> {
  const { status, body } = await region.get(ASKED);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return true;
}

async function gateways(driver: SwarmDriver) {
  return (await driver.instances('us-east')).filter(({ service }) => service === 'gateway');
}

/** An image of the gateway that differs in what these lines of a Dockerfile say. */
function variant(version: string, lines: readonly string[]): void {
  const name = `btcforecast/gateway:${version}`;
  const done = spawnSync('docker', ['build', '-q', '-t', name, '-'], {
    input: ['FROM btcforecast/gateway:dev', ...lines].join('\n'),
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(done.stderr);
}

/** Until up.sh has made the networks that compose joins. */
function untilNetworks(): Promise<unknown> {
  return waitFor(() => run('docker', ['network', 'inspect', ...NETWORKS]), {
    deadlineMs: 60_000,
    what: 'the networks are there',
    everyMs: 200,
  });
}

/** One client that asks again as soon as it has its answer, some twenty times in a second at most. */
function startLoad(region: TestRegion): { stop(): Promise<{ asked: number; failed: unknown[] }> } {
  const failed: unknown[] = [];
  let asked = 0;
  let going = true;
  const running = (async () => {
    while (going) {
      asked += 1;
      const reply = await region.get(ASKED).catch((error: unknown) => ({ status: String(error), body: {} }));
      if (reply.status !== 200) failed.push(reply);
      await delay(50);
    }
  })();
  return {
    stop: async () => {
      going = false;
      await running;
      return { asked, failed };
    },
  };
}
