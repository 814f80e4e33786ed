import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ASK_INSTANCE, probeOf } from './ask-instance.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

const METRICS = `# TYPE http_requests_total counter
http_requests_total{route="/a",method="GET",status="200"} 90
http_requests_total{route="/a",method="GET",status="503"} 7
rpc_server_requests_total{message="x",outcome="bug"} 2
rpc_server_requests_total{message="x",outcome="caller"} 1
`;

/** Runs what would run in the container. */
async function ask(status: number, report: unknown): Promise<ReturnType<typeof probeOf>> {
  server = createServer((request, reply) => {
    const isMetrics = request.url === '/metrics';
    reply.writeHead(isMetrics ? 200 : status).end(isMetrics ? METRICS : JSON.stringify(report));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return run((server.address() as AddressInfo).port);
}

async function run(port: number): Promise<ReturnType<typeof probeOf>> {
  const [, ...args] = ASK_INSTANCE;
  const options = { env: { INTERNAL_PORT: String(port) } };
  return probeOf((await promisify(execFile)(process.execPath, args, options)).stdout, 4);
}

describe('an instance that is asked', () => {
  it('tells that it is ready, and how many of its answers failed', async () => {
    expect(await ask(200, { ready: true, draining: false, checks: {} })).toEqual({
      ready: true,
      detail: '',
      restarts: 4,
      requests: 100,
      errors: 9,
    });
  });

  it('tells which of its checks fails, or that it is shutting down', async () => {
    const checks = { database: 'no route', queue: 'ok' };
    expect(await ask(503, { ready: false, draining: false, checks })).toMatchObject({
      ready: false,
      detail: 'database: no route',
    });
    server?.close();
    expect(await ask(503, { ready: false, draining: true, checks: {} })).toMatchObject({
      detail: 'it is shutting down',
    });
  });

  it('that does not listen is not ready, and no error', async () => {
    expect(await run(9)).toMatchObject({ ready: false, detail: expect.stringContaining('does not answer') });
  });
});
