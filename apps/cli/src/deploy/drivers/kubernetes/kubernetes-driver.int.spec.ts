import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import { type ApiServer, startApiServer } from './api-server.fixture.js';
import { BROKEN } from './controllers.fixture.js';
import { KubernetesDriver } from './kubernetes-driver.js';

const hasKubectl = spawnSync('which', ['kubectl'], { stdio: 'ignore' }).status === 0;
const never = new AbortController().signal;
const NAMESPACE = '/api/v1/namespaces/btcforecast';

// The real kubectl; what it talks to answers as an API server does, and keeps what it was sent.
describeWhen(hasKubectl, 'kubectl is not installed')('btcf deploy under Kubernetes', () => {
  let server: ApiServer;
  let folder: string;
  let driver: KubernetesDriver;

  beforeAll(async () => {
    server = await startApiServer();
    folder = mkdtempSync(join(tmpdir(), 'btcf-kubernetes-'));
    writeFileSync(join(folder, 'config'), server.kubeconfig);
    driver = new KubernetesDriver({
      root: repositoryRoot,
      registry: 'ghcr.io/example/btcforecast',
      namespace: 'btcforecast',
      contextOf: (region) => region,
      env: { KUBECONFIG: join(folder, 'config'), KUBECACHEDIR: join(folder, 'cache') },
    });
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const releases = async () =>
    (await driver.instances('us-east')).map(
      ({ service, release, running }) => `${service} ${release} ${running}`,
    );

  it('names the secrets that are missing, and an overlay that there is not', async () => {
    await expect(driver.check('us-east')).rejects.toThrow(/no secret btcforecast in the namespace/);
    for (const name of ['btcforecast', 'gateway-tls']) {
      server.objects.set(`${NAMESPACE}/secrets/${name}`, {
        kind: 'Secret',
        apiVersion: 'v1',
        metadata: { name },
      });
    }
    await driver.check('us-east');
    await expect(driver.check('mars')).rejects.toThrow(/no overlay .*mars/);
  });

  it('starts a region: what there is besides, the migration, then the services', async () => {
    await driver.startRegion('us-east', { release: '1.0.0', members: [], joins: false }, never);
    const order = server.sent.map(({ path }) => path.split('/').at(-2));
    expect(order.indexOf('jobs')).toBeGreaterThan(order.lastIndexOf('configmaps'));
    expect(order.indexOf('deployments')).toBeGreaterThan(order.lastIndexOf('jobs'));
    expect(order.filter((kind) => kind === 'deployments')).toHaveLength(4);
    for (const { type, method } of server.sent.filter(({ method }) => method !== 'DELETE')) {
      expect({ method, type }).toEqual({ method: 'PATCH', type: 'application/apply-patch+yaml' });
    }
    expect(await releases()).toEqual([
      'market-data 1.0.0 true',
      ...Array<string>(2).fill('prediction 1.0.0 true'),
      ...Array<string>(2).fill('worker 1.0.0 true'),
      ...Array<string>(3).fill('gateway 1.0.0 true'),
    ]);
  }, 60_000);

  it('brings one service to another release and leaves the others alone', async () => {
    server.sent.length = 0;
    await driver.updateService('us-east', 'gateway', '1.1.0', never);
    expect(server.sent).toMatchObject([
      {
        method: 'PATCH',
        path: '/apis/apps/v1/namespaces/btcforecast/deployments/gateway',
        type: 'application/strategic-merge-patch+json',
        body: {
          spec: {
            template: {
              spec: { containers: [{ name: 'gateway', image: 'ghcr.io/example/btcforecast/gateway:1.1.0' }] },
            },
          },
        },
      },
    ]);
    expect((await releases()).filter((text) => text.includes('1.1.0'))).toEqual(
      Array(3).fill('gateway 1.1.0 true'),
    );
  });

  it('takes back a release that does not get ready, and says so', async () => {
    await expect(driver.updateService('us-east', 'gateway', BROKEN, never)).rejects.toThrow(
      /gateway of us-east did not get ready with broken and was taken back: .*progress deadline/,
    );
    expect((await releases()).slice(-3)).toEqual(Array(3).fill('gateway 1.1.0 true'));
  }, 30_000);

  it('says of each instance whether it is ready, and what it logged', async () => {
    const [gateway] = (await driver.instances('us-east')).slice(-3);
    expect(await driver.probe(gateway!)).toMatchObject({ ready: true, restarts: 0 });
    expect(await driver.logs(gateway!, 5)).toEqual(['nothing to do: the schema is new']);
    expect(await driver.probe({ ...gateway!, name: 'gateway-9' })).toMatchObject({
      ready: false,
      detail: 'there is no such pod',
    });
  });

  it('runs the migration once more, and tells when it failed', async () => {
    expect(await driver.runOnce('us-east', 'migrate', { release: '1.1.0' }, never)).toContain(
      'the schema is new',
    );
    await expect(driver.runOnce('us-east', 'migrate', { release: BROKEN }, never)).rejects.toThrow(
      /the migration did not end well/,
    );
  }, 30_000);

  it('has more and fewer instances when it is told', async () => {
    await driver.scale('us-east', 'gateway', 2);
    expect(await driver.servers('us-east')).toContainEqual({
      region: 'us-east',
      name: 'gateway',
      well: true,
      state: '2 of 2 ready',
    });
    expect((await releases()).filter((text) => text.startsWith('gateway'))).toHaveLength(2);
  });
});
