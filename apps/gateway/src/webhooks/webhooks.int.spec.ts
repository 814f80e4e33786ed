import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookReply, WebhookSecretsReply, WebhooksReply } from '@btcforecast/contracts';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
let developer: string;
let stranger: string;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.dataSource.query(
    `INSERT INTO tenants (id, name) VALUES ('acme', 'Acme'), ('other', 'Other')`,
  );
  developer = await fixture.addKey({ tenant: 'acme', roles: ['developer'] });
  stranger = await fixture.addKey({ tenant: 'other', roles: ['owner'] });
});
afterAll(() => fixture.close());

const URL_OF = 'https://hooks.example.com/btcforecast';
async function ask(
  method: string,
  path: string,
  body?: unknown,
  key = developer,
  headers: Record<string, string> = {},
) {
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fixture.get(
    path,
    { authorization: `Bearer ${key}`, ...content, ...headers },
    { method, ...(body !== undefined && { body: JSON.stringify(body) }) },
  );
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
async function create(changes: object = {}): Promise<string> {
  const { status, body } = await ask('POST', '/v1/webhooks', {
    url: URL_OF,
    eventTypes: ['forecast.issued'],
    ...changes,
  });
  expect({ status, body }).toMatchObject({ status: 201 });
  return String(body['id']);
}

describe('/v1/webhooks', () => {
  it('takes an endpoint, shows it, changes it and deletes it', async () => {
    const made = await ask('POST', '/v1/webhooks', {
      url: URL_OF,
      eventTypes: ['candle.closed'],
      intervals: ['1d'],
    });
    expect(made.status).toBe(201);
    const endpoint = WebhookReply.parse(made.body);
    const path = `/v1/webhooks/${endpoint.id}`;
    expect(made.headers.get('location')).toBe(path);
    expect((await ask('GET', path)).body).toEqual(endpoint);
    expect(WebhooksReply.parse((await ask('GET', '/v1/webhooks?limit=5')).body).data).toContainEqual(
      endpoint,
    );
    const changed = await ask('PATCH', path, { enabled: false, description: 'off' });
    expect(changed.body).toMatchObject({
      enabled: false,
      description: 'off',
      disabled: { reason: 'requested' },
    });
    expect((await ask('POST', `${path}/test`)).body).toMatchObject({ code: 'webhook.conflict' });
    expect((await ask('DELETE', path)).status).toBe(200);
    expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'webhook.not_found' } });
  });

  it('refuses what it cannot take, and says where', async () => {
    const good = { url: URL_OF, eventTypes: ['candle.closed'] };
    const bad: [object, string][] = [
      [{ ...good, eventTypes: [] }, 'body/eventTypes'],
      [{ ...good, eventTypes: ['candle.closed', 'candle.closed'] }, 'body/eventTypes'],
      [{ ...good, eventTypes: ['webhook.test'] }, 'body/eventTypes/0'],
      [{ ...good, instrument: 'BTC-USD' }, 'body/instrument'],
      [{ ...good, instruments: [] }, 'body/instruments'],
      [{ ...good, tenant: 'other' }, 'body/tenant'],
      [{ ...good, url: 7 }, 'body/url'],
    ];
    for (const [body, pointer] of bad) {
      const answer = await ask('POST', '/v1/webhooks', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid', errors: [{ pointer }] } });
    }
    const inside = await ask('POST', '/v1/webhooks', { ...good, url: 'http://127.0.0.1:6379/' });
    expect(inside).toMatchObject({ status: 422, body: { code: 'webhook.refused' } });
    expect(await ask('PATCH', `/v1/webhooks/${await create()}`, {})).toMatchObject({ status: 400 });
    expect(await ask('GET', '/v1/webhooks/not-an-id')).toMatchObject({ status: 400 });
    expect(await ask('GET', '/v1/webhooks?cursor=x')).toMatchObject({
      status: 400,
      body: { code: 'request.cursor_invalid' },
    });
  });

  it('is for those who may, and secrets for those who may change', async () => {
    const id = await create();
    const viewer = await fixture.addKey({ tenant: 'acme', roles: ['viewer'] });
    const reader = await fixture.addKey({ tenant: 'acme', roles: ['developer'], scopes: ['webhooks:read'] });
    expect(await ask('GET', '/v1/webhooks', undefined, viewer)).toMatchObject({ status: 403 });
    expect(await ask('GET', `/v1/webhooks/${id}`, undefined, reader)).toMatchObject({ status: 200 });
    expect(await ask('GET', `/v1/webhooks/${id}/secrets`, undefined, reader)).toMatchObject({ status: 403 });
    expect(await ask('PATCH', `/v1/webhooks/${id}`, { enabled: true }, reader)).toMatchObject({
      status: 403,
    });
    const narrow = await fixture.addKey({ tenant: 'acme', roles: ['developer'], instruments: ['ETH-USD'] });
    const body = { url: URL_OF, eventTypes: ['forecast.issued'], instruments: ['BTC-USD'] };
    expect(await ask('POST', '/v1/webhooks', body, narrow)).toMatchObject({
      status: 403,
      body: { code: 'access.forbidden' },
    });
    // What is wider than a key's own limits is not there for it: its log and its secrets would tell too much.
    const own = await ask('POST', '/v1/webhooks', { ...body, instruments: undefined }, narrow);
    expect(own).toMatchObject({ status: 201, body: { instruments: ['ETH-USD'] } });
    const listed = (await ask('GET', '/v1/webhooks?limit=100', undefined, narrow)).body;
    expect(listed).toMatchObject({ data: [{ id: own.body['id'] }] });
    for (const [method, path, content] of [
      ['GET', ''],
      ['PATCH', '', { enabled: false }],
      ['DELETE', ''],
      ['GET', '/secrets'],
      ['POST', '/secrets/rotate', {}],
      ['GET', '/deliveries'],
      ['POST', '/test'],
    ] as [string, string, unknown?][]) {
      const answer = await ask(method, `/v1/webhooks/${id}${path}`, content, narrow);
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 404 });
    }
  });

  it('shows nobody an endpoint of another tenant', async () => {
    const id = await create();
    const { body } = await ask('POST', `/v1/webhooks/${id}/test`);
    const path = `/v1/webhooks/${id}`;
    const asked: [string, string, unknown?][] = [
      ['GET', path],
      ['PATCH', path, { enabled: false }],
      ['DELETE', path],
      ['GET', `${path}/secrets`],
      ['POST', `${path}/secrets/rotate`, {}],
      ['GET', `${path}/deliveries`],
      ['GET', `${path}/deliveries/${String(body['id'])}`],
      ['POST', `${path}/deliveries/${String(body['id'])}/replay`],
      ['POST', `${path}/replay`, { from: '2025-01-01', to: '2025-01-02' }],
      ['POST', `${path}/test`],
    ];
    for (const [method, each, content] of asked) {
      const answer = await ask(method, each, content, stranger);
      expect({ method, each, answer }).toMatchObject({
        answer: { status: 404, body: { code: 'webhook.not_found' } },
      });
    }
    expect((await ask('GET', '/v1/webhooks', undefined, stranger)).body).toMatchObject({ data: [] });
    const own = await ask('POST', '/v1/webhooks', { url: URL_OF, eventTypes: ['forecast.issued'] }, stranger);
    const crossed = `/v1/webhooks/${String(own.body['id'])}/deliveries/${String(body['id'])}`;
    expect(await ask('GET', crossed, undefined, stranger)).toMatchObject({ status: 404 });
    expect(await ask('POST', `${crossed}/replay`, undefined, stranger)).toMatchObject({ status: 404 });
  });

  it('shows secrets at one route and nowhere else', async () => {
    const id = await create();
    const before = WebhookSecretsReply.parse((await ask('GET', `/v1/webhooks/${id}/secrets`)).body).data;
    const key = { 'idempotency-key': '"b0a6c1f0-7d55-4b1e-8b43-2c4c2f1f6d33"' };
    const rotated = await ask(
      'POST',
      `/v1/webhooks/${id}/secrets/rotate`,
      { overlapHours: 1 },
      developer,
      key,
    );
    const repeated = await ask(
      'POST',
      `/v1/webhooks/${id}/secrets/rotate`,
      { overlapHours: 1 },
      developer,
      key,
    );
    expect(repeated.body).toEqual(rotated.body);
    const after = WebhookSecretsReply.parse((await ask('GET', `/v1/webhooks/${id}/secrets`)).body).data;
    expect(after).toHaveLength(2); // rotated once
    expect(after[1]!.secret).toBe(before[0]!.secret);
    const tables = await fixture.dataSource.query<{ name: string }[]>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'candles%'`,
    );
    const stored = await Promise.all(
      tables.map(({ name }) => fixture.dataSource.query(`SELECT to_jsonb(t) FROM ${name} t`)),
    );
    const everything = JSON.stringify(stored) + fixture.log.text + JSON.stringify(rotated.body);
    for (const { secret } of after) {
      expect(everything).not.toContain(secret.slice(6, 40));
      expect(everything).not.toContain(Buffer.from(secret.slice(6), 'base64').toString('hex').slice(0, 30));
    }
  });

  it('queues tests and replays, and shows what becomes of them', async () => {
    const id = await create();
    const test = await ask('POST', `/v1/webhooks/${id}/test`);
    expect(test).toMatchObject({ status: 202, body: { type: 'webhook.test', state: 'pending', log: [] } });
    const path = `/v1/webhooks/${id}/deliveries`;
    expect((await ask('GET', `${path}?state=pending&type=webhook.test`)).body).toMatchObject({
      data: [{ id: test.body['id'] }],
      next: null,
    });
    expect((await ask('GET', `${path}?state=failed`)).body).toMatchObject({ data: [] });
    expect((await ask('GET', `${path}?status=failed`)).body).toMatchObject({ code: 'request.invalid' });
    const replayed = await ask('POST', `${path}/${String(test.body['id'])}/replay`);
    expect(replayed).toMatchObject({ status: 202, body: { id: test.body['id'], state: 'pending' } });
    const range = await ask('POST', `/v1/webhooks/${id}/replay`, { from: '2025-01-01', to: '2025-01-02' });
    expect(range).toMatchObject({ status: 202, body: { queued: 0, next: null } });
    const long = await ask('POST', `/v1/webhooks/${id}/replay`, { from: '2025-01-01', to: '2025-03-02' });
    expect(long).toMatchObject({ status: 400, body: { errors: [{ pointer: 'body/to' }] } });
  });
});

describe('/v1/webhooks without a key for secrets', () => {
  it('says so, and does not make an endpoint whose messages nobody could sign', async () => {
    const keyless = await startFixture({ SECRETS_KEY: '' });
    const key = await keyless.addKey({ roles: ['developer'] });
    const response = await keyless.get(
      '/v1/webhooks',
      { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      { method: 'POST', body: JSON.stringify({ url: URL_OF, eventTypes: ['candle.closed'] }) },
    );
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: 'service.not_ready',
      detail: expect.stringContaining('SECRETS_KEY_FILE'),
    });
    expect(await keyless.dataSource.query('SELECT FROM webhook_endpoints')).toEqual([]);
    await keyless.close();
  });
});
