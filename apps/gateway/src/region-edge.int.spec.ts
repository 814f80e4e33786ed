import { once } from 'node:events';
import { get } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, freePort, waitFor } from '@btcforecast/testing';
import { WebSocket } from 'ws';
import { type Edge, hasEdge, startEdge } from './testing/region-edge.js';
import { type Fixture, startFixture } from './testing/start-fixture.js';

const ADDRESSES = ['127.0.0.1', '127.0.0.2'] as const;

describeWhen(hasEdge(), 'nginx, haproxy, dnsmasq or openssl is not installed')('the edge of a region', () => {
  let fixture: Fixture;
  let second: Awaited<ReturnType<Fixture['addGateway']>>;
  let edge: Edge;
  const key = () => ({ authorization: `Bearer ${fixture.key}` });

  beforeAll(async () => {
    const port = String(await freePort());
    const settings = { GATEWAY_PORT: port, GATEWAY_TRUST_PROXY: 'loopback', SHUTDOWN_DRAIN_MS: '4000' };
    fixture = await startFixture({ ...settings, GATEWAY_HOST: ADDRESSES[0] });
    second = await fixture.addGateway({ GATEWAY_HOST: ADDRESSES[1], SHUTDOWN_DRAIN_MS: '0' });
    edge = await startEdge(ADDRESSES, Number(port));
  });
  afterAll(async () => {
    await edge.close();
    await fixture.close();
  });

  it('finds every gateway that DNS names', async () => {
    await waitFor(async () => (await edge.up()) === ADDRESSES.length, {
      deadlineMs: 20_000,
      what: 'all are up',
    });
  });

  it('takes TLS, says which region answered, and leads from plain HTTP to it', async () => {
    const reply = await edge.ask('/v1/instruments', key());
    expect(reply).toMatchObject({
      status: 200,
      headers: {
        'x-served-region': 'us-east',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-request-id': expect.any(String),
      },
    });
    const [plain] = await once(get({ port: edge.plain, path: '/v1/instruments', agent: false }), 'response');
    plain.resume();
    expect([plain.statusCode, plain.headers.location]).toEqual([
      308,
      expect.stringMatching(/^https:.*\/v1\/instruments$/),
    ]);
  });

  it('shows nothing of the inside', async () => {
    for (const path of ['/metrics', '/internal/x', '/health/ready']) {
      expect(await edge.ask(path)).toMatchObject({ status: 404 });
    }
  });

  it('believes no address that a client claims', async () => {
    const elsewhere = await fixture.addKey({ allowedAddresses: ['203.0.113.9'] });
    const claimed = {
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    };
    const headers = { authorization: `Bearer ${elsewhere}`, ...claimed };
    const { status, body } = await edge.ask('/v1/instruments', headers);
    expect({ status, body }).toMatchObject({ status: 403, body: expect.stringContaining('address') });
  });

  it('lets a stream through as it comes, and a WebSocket', async () => {
    const options = { port: edge.tls, path: '/v1/stream', ca: edge.ca, headers: key(), agent: false };
    const stream = request({ ...options, host: '127.0.0.1', servername: 'localhost' }).end();
    const [response] = await once(stream, 'response');
    const [first] = await once(response, 'data');
    expect(String(first)).toMatch(/^retry: \d+/);
    stream.destroy();
    const socket = new WebSocket(`wss://localhost:${edge.tls}/v1/ws`, { ca: edge.ca, headers: key() });
    await once(socket, 'open');
    socket.terminate();
  });

  it('fails nobody while a gateway stops', async () => {
    let asking = true;
    const statuses: number[] = [];
    const client = (async () => {
      while (asking) statuses.push((await edge.ask('/v1/instruments', key())).status);
    })();
    await waitFor(() => statuses.length > 5, { deadlineMs: 10_000, what: 'a client asks' });
    await second.gateway.close();
    await waitFor(async () => (await edge.up()) === 1, { deadlineMs: 10_000, what: 'one is down' });
    asking = false;
    await client;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('asks those whose checks fail when there is no other, and says in the words of the API that none is left', async () => {
    const closed = fixture.gateway.close(); // it says that it is not ready, and serves for four seconds more
    await waitFor(async () => (await edge.down()) === ADDRESSES.length, {
      deadlineMs: 4_000,
      what: 'all are down',
    });
    expect(await edge.ask('/v1/instruments', key())).toMatchObject({ status: 200 });
    await closed;
    const none = await waitFor(
      async () => {
        const reply = await edge.ask('/v1/instruments', key());
        return reply.status === 503 ? reply : undefined;
      },
      { deadlineMs: 10_000, what: 'nobody answers' },
    );
    expect(none.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '2' });
    expect(JSON.parse(none.body)).toMatchObject({ status: 503, code: 'service.not_ready' });
  });

  it('slows down an address that asks too often', async () => {
    // More than a hundred a second, and the two hundred that may come at once, over connections that stay.
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const slowed = await waitFor(
      async () => {
        const replies = await Promise.all(
          Array.from({ length: 400 }, () => edge.ask('/v1/instruments', {}, agent)),
        );
        return replies.find(({ status }) => status === 429);
      },
      { deadlineMs: 20_000, what: 'somebody is slowed', everyMs: 1 },
    );
    agent.destroy();
    expect(JSON.parse(slowed.body)).toMatchObject({ code: 'quota.exceeded' });
  });
});
