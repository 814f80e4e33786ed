import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, SessionReply, StreamClosing, StreamTicketReply } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import type { SseClient } from '../testing/sse-client.js';
import { received } from '../testing/stream-clients.js';
import { startStreamFixture, type StreamFixture } from '../testing/stream-fixture.js';

let fixture: StreamFixture;
const IN_TIME = { deadlineMs: 20_000 };

beforeAll(async () => {
  fixture = await startStreamFixture({
    GATEWAY_STREAM_RECHECK_SECONDS: '1',
    QUOTA_TIERS: JSON.stringify({ tiny: { burst: 30, daily: 1_000, concurrent: 2 } }),
  });
});
afterEach(() => fixture.disconnect());
afterAll(() => fixture.close());

const lastWordOf = ({ messages }: SseClient) => StreamClosing.parse(messages.at(-1)?.data).reason;

describe('credentials of an open stream', () => {
  it('end it with a last word when they are revoked, expire or allow something else, and no other', async () => {
    const keys = fixture.dataSource.getRepository(ApiKeyEntity);
    const revoked = await fixture.addKey({});
    const expiring = await fixture.addKey({ expiresAt: new Date(Date.now() + 3_000) });
    const changing = await fixture.addKey({});
    const streams = await Promise.all([revoked, expiring, changing].map((key) => fixture.sse('', { key })));
    const other = await fixture.sse();
    await keys.update(revoked.slice(5, 17), { revokedAt: new Date() });
    await keys.update(changing.slice(5, 17), { instruments: ['ETH-USD'] });
    await waitFor(() => streams.every(({ ended }) => ended), { ...IN_TIME, what: 'the streams are closed' });
    const last = streams.map(({ messages }) => messages.at(-1)!);
    expect(last.map(({ event }) => event)).toEqual(['closing', 'closing', 'closing']);
    expect(last.map(({ data }) => StreamClosing.parse(data).reason)).toEqual([
      'credentials_ended',
      'credentials_ended',
      'rights_changed',
    ]);
    expect(other.ended).toBe(false);
    expect((await fixture.sse('', { key: revoked })).status).toBe(401);
  });

  it('that are limited see that much and no more', async () => {
    const key = await fixture.addKey({ instruments: ['BTC-USD'], horizons: ['24h'] });
    const narrow = await fixture.sse('', { key });
    const scopes = ['streams:read', 'market:read'] as const;
    const marketOnly = await fixture.sse('', { key: await fixture.addKey({ scopes }) });
    const every = await fixture.sse();
    await fixture.market.forecast('1h');
    await fixture.market.forecast('24h');
    await fixture.market.candle(5);
    await received(every, 3);
    await received(narrow, 2);
    await received(marketOnly, 1);
    const got = narrow.messages.map(({ event, data }) => [event, data['horizon'] ?? null]);
    expect(got.sort()).toEqual([
      ['forecast', '24h'],
      ['price', null],
    ]);
    expect(marketOnly.messages.map(({ event }) => event)).toEqual(['price']);
    expect((await fixture.sse('?horizon=1h', { key })).status).toBe(403);
    const none = await fixture.sse('', { key: await fixture.addKey({ scopes: ['market:read'] }) });
    expect(none.status).toBe(403);
  });
});

describe('the session of a person', () => {
  const PASSWORD = 'a few words that nobody guesses';
  const login = async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await fixture.addUser({ email, password: PASSWORD });
    const reply = await fetch(`${fixture.url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    const [cookie = ''] = reply.headers.getSetCookie()[0]!.split(';');
    return { id, cookie, token: SessionReply.parse(await reply.json()).csrfToken };
  };

  it('takes its streams along when it ends, and nobody else’s', async () => {
    const [leaving, disabled, staying] = [await login(), await login(), await login()];
    const people = [leaving, disabled, staying];
    const streams = await Promise.all(
      people.map(({ cookie }) => fixture.sse('', { key: null, headers: { cookie } })),
    );
    const own = { cookie: disabled.cookie, origin: fixture.url };
    const socket = await fixture.ws('', { key: null, headers: own });
    expect(socket.refused).toBeUndefined();
    const headers = { cookie: leaving.cookie, 'x-csrf-token': leaving.token };
    await fetch(`${fixture.url}/v1/session`, { method: 'DELETE', headers });
    // As another gateway does it, of which this one hears nothing.
    await fixture.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const [left, out, stays] = streams as [SseClient, SseClient, SseClient];
    await waitFor(() => left.ended && out.ended && socket.closed, { ...IN_TIME, what: 'they are out' });
    expect([left, out].map(lastWordOf)).toEqual(['credentials_ended', 'credentials_ended']);
    expect(socket.closed?.code).toBe(4401);
    expect(stays.ended).toBe(false);
    expect((await fixture.sse('', { key: null, headers: own })).status).toBe(401);
  });

  it('opens no WebSocket for a page of another origin, which its browser would let it', async () => {
    const { cookie } = await login();
    const client = await fixture.ws('', {
      key: null,
      headers: { cookie, origin: 'https://evil.example.com' },
    });
    expect(client.refused?.status).toBe(403);
  });
});

describe('the addresses of a key', () => {
  it('count while a stream is open too, but not for who got a ticket', async () => {
    const elsewhere = await fixture.addKey({ allowedAddresses: ['192.0.2.0/24'] });
    const refused = await fixture.sse('', { key: elsewhere });
    expect([refused.status, Problem.parse(JSON.parse(refused.body)).code]).toEqual([
      403,
      'access.address_not_allowed',
    ]);
    const key = await fixture.addKey({ allowedAddresses: ['127.0.0.0/8', '::1'] });
    const headers = { authorization: `Bearer ${key}` };
    const { ticket } = StreamTicketReply.parse(
      await (await fixture.get('/v1/stream/tickets', headers, { method: 'POST' })).json(),
    );
    const browser = await fixture.sse(`?ticket=${ticket}`, { key: null });
    const stream = await fixture.sse('', { key });
    const keys = fixture.dataSource.getRepository(ApiKeyEntity);
    await keys.update(key.slice(5, 17), { allowedAddresses: ['192.0.2.0/24'] });
    await waitFor(() => stream.ended, { ...IN_TIME, what: 'it is cut off' });
    expect(lastWordOf(stream)).toBe('credentials_ended');
    await fixture.market.candle(1);
    await received(browser, 1);
    expect(browser.ended).toBe(false);
  });
});

describe('a stream that is open', () => {
  it('holds no place among the requests of its tenant, costs one of them, and is in the log once', async () => {
    await fixture.addTenant('small', 'tiny');
    const key = await fixture.addKey({ tenant: 'small' });
    const streams = [await fixture.sse('', { key }), await fixture.sse('', { key })];
    const sockets = [await fixture.ws('', { key }), await fixture.ws('', { key })];
    const remaining = async () => {
      const reply = await fixture.get('/v1/instruments', { authorization: `Bearer ${key}` });
      expect(reply.status).toBe(200);
      return /"burst";r=(\d+)/.exec(reply.headers.get('ratelimit') ?? '')?.[1];
    };
    expect(await remaining()).toBe('25');
    for (const close of [1, 2, 3, 4, 5]) await fixture.market.candle(close);
    for (const stream of streams) await received(stream, 5);
    expect(await remaining()).toBe('24');
    for (const { socket } of sockets) socket.close();
    await waitFor(() => sockets.every(({ closed }) => closed), {
      ...IN_TIME,
      what: 'the sockets are closed',
    });
    fixture.disconnect();
    const lines = (what: object) =>
      fixture.log
        .lines()
        .filter((line) => Object.entries(what).every(([name, value]) => line[name] === value));
    const ofTenant = { message: 'request', 'organization.id': 'small' };
    await waitFor(
      () => lines({ message: 'stream closed', 'labels.transport': 'sse', 'labels.events': 5 }).length === 2,
      {
        ...IN_TIME,
        what: 'the log has the ends of the streams',
      },
    );
    expect(
      lines({
        ...ofTenant,
        'labels.route': '/v1/stream',
        'http.response.status_code': 200,
        'http.request.method': 'GET',
      }),
    ).toHaveLength(2);
    expect(lines({ ...ofTenant, 'labels.route': '/v1/ws', 'http.response.status_code': 101 })).toHaveLength(
      2,
    );
    expect(lines({ ...ofTenant, 'labels.route': '/v1/stream' })).toHaveLength(2);
    expect(lines({ ...ofTenant, 'labels.route': '/v1/ws' })).toHaveLength(2);
  });
});
