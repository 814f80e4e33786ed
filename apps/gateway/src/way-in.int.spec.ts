import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, waitFor } from '@btcforecast/testing';
import { hasEdge, startNginx, startWayIn } from './testing/region-edge.js';

/** What stands behind the nginx of a region: it serves, whatever it says of itself. */
let isHealthy = true;
let checked = 0;

async function region(): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const isCheck = url === '/health/live';
    if (isCheck) checked += 1;
    response.writeHead(isCheck && !isHealthy ? 503 : 200).end('done');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describeWhen(hasEdge(), 'nginx, haproxy, dnsmasq or openssl is not installed')(
  'the way in for everybody',
  () => {
    let behind: Server;
    let nginx: Awaited<ReturnType<typeof startNginx>>;
    let wayIn: Awaited<ReturnType<typeof startWayIn>>;
    beforeAll(async () => {
      behind = await region();
      const { port } = behind.address() as AddressInfo;
      nginx = await startNginx([port, port]);
      wayIn = await startWayIn(nginx);
    });
    afterAll(async () => {
      await wayIn.close();
      await nginx.close();
      behind.close();
    });
    const settled = (to: boolean) =>
      waitFor(async () => (await wayIn.knowsARegion()) === to, {
        deadlineMs: 20_000,
        what: `its checks say that a region is ${to ? 'up' : 'down'}`,
      });

    it('asks a region that its checks know', async () => {
      await settled(true);
      expect(await wayIn.ask('/v1/instruments')).toMatchObject({ status: 200, body: 'done' });
      expect(checked).toBeGreaterThan(0);
    });

    it('asks all of them when its checks say that every region is down, rather than nobody', async () => {
      isHealthy = false;
      await settled(false);
      for (let i = 0; i < 5; i += 1) {
        expect(await wayIn.ask('/v1/instruments')).toMatchObject({ status: 200, body: 'done' });
      }
    });
  },
);
