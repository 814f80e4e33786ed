import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { hasEdge, startNginx } from './testing/region-edge.js';

/** What a balancer was asked: method, address, body. */
const heard: string[] = [];

/** Takes requests; its connections end as if it had been killed, or it answers. */
async function balancer(answers: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push(
        `${answers ? 'lives' : 'dies'} ${request.method} ${request.url} ${String(Buffer.concat(chunks))}`,
      );
      if (answers) response.writeHead(201).end('done');
      else request.socket.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describeWhen(hasEdge(), 'nginx, haproxy, dnsmasq or openssl is not installed')(
  'nginx, one of whose balancers dies under requests',
  () => {
    let balancers: readonly [Server, Server];
    let nginx: Awaited<ReturnType<typeof startNginx>>;
    beforeAll(async () => {
      balancers = [await balancer(false), await balancer(true)];
      nginx = await startNginx([portOf(balancers[0]), portOf(balancers[1])]);
    });
    afterAll(async () => {
      await nginx.close();
      for (const server of balancers) server.close();
    });
    afterEach(() => {
      heard.length = 0;
    });

    /** Asks until the one that dies was asked, at most as often as it takes to go round. */
    async function untilOneDied(method: 'GET' | 'POST', headers: Record<string, string>) {
      for (let i = 0; i < 4; i += 1) {
        heard.length = 0;
        const { status, body } = await nginx.ask(
          '/v1/keys?x=1',
          headers,
          method,
          method === 'POST' ? '{"a":1}' : '',
        );
        if (heard.some((each) => each.startsWith('dies'))) return { status, body, heard: [...heard] };
      }
      throw new Error('the balancer that dies was never asked');
    }

    it('asks the other one what has an Idempotency-Key, with the same body', async () => {
      const { status, body, heard: all } = await untilOneDied('POST', { 'idempotency-key': '"k-1"' });
      expect({ status, body }).toEqual({ status: 201, body: 'done' });
      expect(all).toEqual(['dies POST /v1/keys?x=1 {"a":1}', 'lives POST /v1/keys?x=1 {"a":1}']);
    });

    it('never repeats a change without one, and says so in the words of the API', async () => {
      const { status, body, heard: all } = await untilOneDied('POST', {});
      expect(status).toBe(503);
      expect(JSON.parse(body)).toMatchObject({ code: 'service.not_ready' });
      expect(all).toEqual(['dies POST /v1/keys?x=1 {"a":1}']);
    });
  },
);
