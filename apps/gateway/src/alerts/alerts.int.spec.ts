import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AlertReply, AlertTestReply } from '@btcforecast/contracts';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const FEED = 'replay-00000001';
const START = Date.UTC(2025, 0, 1);
const HOUR_MS = 3_600_000;
let fixture: Fixture;
let developer: string;
let stranger: string;
beforeAll(async () => {
  fixture = await startFixture();
  const { dataSource } = fixture;
  await dataSource.query(`INSERT INTO tenants (id, name) VALUES ('acme', 'Acme'), ('other', 'Other')`);
  developer = await fixture.addKey({ tenant: 'acme', roles: ['developer'] });
  stranger = await fixture.addKey({ tenant: 'other', roles: ['owner'] });
  await dataSource.query(`SELECT ensure_candle_partitions($1, $1)`, [new Date(START)]);
  await dataSource.query(
    `INSERT INTO market_feeds VALUES ($1, 'BTC-USD', 'replay', $1, '1h', $2, now(), 0)`,
    [...[FEED, new Date(START + 24 * HOUR_MS)]],
  );
  await dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT 'BTC-USD', $1, '1h', $2::timestamptz + n * interval '1 hour', p, p, p, p, 1, 'streamed'
     FROM generate_series(0, 23) AS n, LATERAL (SELECT 100 + 10 * sin(n)) AS price (p)`,
    [FEED, new Date(START)],
  );
});
afterAll(() => fixture.close());

async function ask(method: string, path: string, body?: unknown, key = developer) {
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fixture.get(
    path,
    { authorization: `Bearer ${key}`, ...content },
    { method, ...(body !== undefined && { body: JSON.stringify(body) }) },
  );
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
const condition = { kind: 'price', instrument: 'BTC-USD', test: 'above', level: 105, clear: 100 };

describe('/v1/alerts', () => {
  it('takes a rule, shows it, changes it and deletes it', async () => {
    const made = await ask('POST', '/v1/alerts', { name: 'high', condition });
    expect(made.status).toBe(201);
    const rule = AlertReply.parse(made.body);
    expect(rule).toMatchObject({
      condition: { ...condition, interval: '1h' },
      holdMinutes: 0,
      state: 'ok',
      source: 'replay',
    });
    const path = `/v1/alerts/${rule.id}`;
    expect(made.headers.get('location')).toBe(path);
    expect((await ask('GET', path)).body).toEqual(rule);
    expect((await ask('GET', '/v1/alerts')).body).toMatchObject({ data: [rule], next: null });
    expect((await ask('PATCH', path, { name: 'higher' })).body).toMatchObject({ name: 'higher' });
    expect((await ask('GET', `${path}/history`)).body).toEqual({ data: [], next: null });
    for (const [method, each, body] of [
      ['GET', path],
      ['PATCH', path, { enabled: false }],
      ['DELETE', path],
      ['GET', `${path}/history`],
    ] as [string, string, unknown?][]) {
      expect(await ask(method, each, body, stranger)).toMatchObject({
        status: 404,
        body: { code: 'alert.not_found' },
      });
    }
    expect((await ask('DELETE', path)).status).toBe(200);
    expect(await ask('GET', path)).toMatchObject({ status: 404 });
  });

  it('refuses what cannot be judged, and says where', async () => {
    const bad: [object, string][] = [
      [{ name: 'x', condition: { ...condition, kind: 'astrology' } }, 'body/condition/kind'],
      [{ name: 'x', condition: { ...condition, level: 'high' } }, 'body/condition/level'],
      [{ name: 'x', condition: { ...condition, clear: 106 } }, 'body/condition/clear'],
      [{ name: 'x', condition: { ...condition, levle: 7 } }, 'body/condition/levle'],
      [{ name: '', condition }, 'body/name'],
      [{ name: 'x', condition, holdMinutes: 1e9 }, 'body/holdMinutes'],
    ];
    for (const [body, pointer] of bad) {
      const answer = await ask('POST', '/v1/alerts', body);
      expect(answer).toMatchObject({ status: 400, body: { errors: [expect.objectContaining({ pointer })] } });
    }
  });

  it('says when a rule would have fired, without keeping anything or an entry in the audit log', async () => {
    const entries = async () =>
      (await fixture.dataSource.query<unknown[]>('SELECT FROM audit_entries')).length;
    const before = await entries().catch(() => 0);
    const answer = await ask('POST', '/v1/alerts/test', { condition, from: '2025-01-01', to: '2025-01-02' });
    expect(answer.status).toBe(200);
    const tested = AlertTestReply.parse(answer.body);
    expect(tested.judged).toBe(24);
    let fires = false;
    const expected = Array.from({ length: 24 }, (_none, n) => 100 + 10 * Math.sin(n)).flatMap((close, n) => {
      const before = fires;
      fires = fires ? close > 100 : close > 105;
      return fires === before
        ? []
        : [[fires ? 'firing' : 'resolved', new Date(START + (n + 1) * HOUR_MS).toISOString()]];
    });
    expect(tested.transitions.map(({ state, at }) => [state, at])).toEqual(expected);
    expect(expected.length).toBeGreaterThan(5);
    const recent = await ask('POST', '/v1/alerts/test', { condition });
    expect(recent.body).toMatchObject({ to: '2025-01-02T00:00:00.000Z', judged: 24 });
    expect((await ask('GET', '/v1/alerts')).body).toMatchObject({ data: [] });
    expect(await entries().catch(() => 0)).toBe(before);
  });
});
