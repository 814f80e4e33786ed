import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import { REQUEST_EXAMPLES } from '../docs/examples.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const PATH = '/v1/backtests';
const BODY = JSON.stringify(REQUEST_EXAMPLES['POST /v1/backtests']);

let fixture: Fixture;
let developer: string;
let fresh = 0;
const newKey = () => `"test-${(fresh += 1)}"`;
beforeAll(async () => {
  fixture = await startFixture();
  developer = await fixture.addKey({ roles: ['developer'] });
});
afterAll(() => fixture.close());
beforeEach(() => {
  Object.assign(fixture.peer().state, { failure: undefined, delayMs: 0 });
  forgetCalls();
});

interface Asked {
  readonly key?: string;
  readonly body?: string;
  readonly path?: string;
  readonly method?: string;
  readonly as?: string;
  readonly id?: string;
}
async function post({ key, body = BODY, path = PATH, method = 'POST', as = developer, id }: Asked) {
  const headers = {
    authorization: `Bearer ${as}`,
    ...(method === 'POST' && { 'content-type': 'application/json' }),
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(id !== undefined && { 'x-request-id': id }),
  };
  const response = await fixture.get(path, headers, { method, ...(method === 'POST' && { body }) });
  const text = await response.text();
  return {
    status: response.status,
    text,
    headers: response.headers,
    code: (JSON.parse(text) as { code?: string }).code,
    replayed: response.headers.get('idempotency-replayed'),
  };
}
const calls = () => fixture.peer().state.calls.executed;
const forgetCalls = () => (fixture.peer().state.calls.executed = 0);

describe('a request with an Idempotency-Key', () => {
  it('takes effect once and is answered twice, byte for byte', async () => {
    const key = newKey();
    const first = await post({ key });
    const second = await post({ key });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect([first.replayed, second.replayed]).toEqual([null, 'true']);
    expect(second.text).toBe(first.text);
    for (const name of ['location', 'content-type']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(calls()).toBe(1);
  });

  it('takes effect once however many come at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 24 }), fc.nat(20), async (count, delayMs) => {
        fixture.peer().state.delayMs = delayMs;
        forgetCalls();
        const key = newKey();
        const answers = await Promise.all(Array.from({ length: count }, () => post({ key })));
        expect(calls()).toBe(1);
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
        expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(await post({ key })).toMatchObject({ status: 202, replayed: 'true' });
      }),
      { numRuns: 12 },
    );
  });

  it('is refused when another body or address comes with the key', async () => {
    const key = newKey();
    await post({ key });
    const reused = { status: 422, code: 'idempotency.key_reused' };
    expect(await post({ key, body: BODY.replace('{', '{ ') })).toMatchObject(reused);
    const path = '/v1/backtests/3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11';
    expect(await post({ key, path, method: 'DELETE' })).toMatchObject(reused);
    expect(calls()).toBe(1);
  });

  it('of another caller is another request', async () => {
    const key = newKey();
    const other = await fixture.addKey({ roles: ['developer'] });
    await fixture.dataSource.query(`INSERT INTO tenants (id, name) VALUES ('acme', 'Acme')`);
    const stranger = await fixture.addKey({ roles: ['developer'], tenant: 'acme' });
    for (const as of [developer, other, stranger]) expect((await post({ key, as })).replayed).toBeNull();
    expect(calls()).toBe(3);
  });

  it('is refused when the key is malformed, and not looked at where it means nothing', async () => {
    expect(await post({ key: '"a", "b"' })).toMatchObject({ status: 400, code: 'idempotency.key_invalid' });
    expect(calls()).toBe(0);
    expect((await fixture.get('/v1/models', { 'idempotency-key': '"a' })).status).toBe(200);
    const reproduce = { path: `/v1/forecasts/by-id/${'0'.repeat(64)}/reproduce`, body: '{}' };
    const key = newKey();
    for (let i = 0; i < 2; i += 1)
      expect(await post({ key, ...reproduce })).toMatchObject({ replayed: null });
  });

  it('that was not done may be sent again: invalid, without rights, or failed on our side', async () => {
    const key = newKey();
    expect((await post({ key, body: '{"instrument":' })).status).toBe(400);
    expect((await post({ key, body: '{}' })).status).toBe(400);
    expect((await post({ key, as: fixture.key })).status).toBe(403);
    fixture.peer().state.failure = new Error('broken');
    expect((await post({ key })).status).toBe(500);
    fixture.peer().state.failure = undefined;
    expect(await post({ key })).toMatchObject({ status: 202, replayed: null });
  });

  it('that was refused for a reason of its own stays refused for the same reason', async () => {
    const key = newKey();
    fixture.peer().state.failure = new AppError('caller', 'backtest.conflict', 'enough are waiting');
    const first = await post({ key });
    fixture.peer().state.failure = undefined;
    const second = await post({ key });
    expect(first).toMatchObject({ status: 409, code: 'backtest.conflict', replayed: null });
    expect(second).toMatchObject({ status: 409, text: first.text, replayed: 'true' });
    expect(second.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(calls()).toBe(1);
  });

  it('gets its reply although the client did not wait for it the first time', async () => {
    const key = newKey();
    fixture.peer().state.delayMs = 150;
    const headers = { authorization: `Bearer ${developer}`, 'content-type': 'application/json' };
    const gone = fetch(`${fixture.url}${PATH}`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key },
      body: BODY,
      signal: AbortSignal.timeout(75),
    });
    await expect(gone).rejects.toThrow();
    await waitFor(async () => (await post({ key })).replayed === 'true', {
      deadlineMs: 5_000,
      what: 'the reply is there',
    });
    expect(calls()).toBe(1);
  });

  it('is one entry of the audit log, however often it is sent', async () => {
    const key = newKey();
    for (const id of ['entry-001', 'entry-002', 'entry-003']) await post({ key, id });
    await post({ id: 'entry-004' });
    const ids = async () => {
      const rows = await fixture.dataSource.query<{ id: string }[]>(
        `SELECT body::jsonb ->> 'requestId' AS id FROM audit_log WHERE body LIKE '%entry-00%' ORDER BY seq`,
      );
      return rows.map(({ id }) => id);
    };
    await waitFor(async () => (await ids()).includes('entry-004'), {
      deadlineMs: 5_000,
      what: 'the last action is in the log',
    });
    expect(await ids()).toEqual(['entry-001', 'entry-004']);
  });

  it('works for a DELETE, which has no body', async () => {
    const asked = {
      path: '/v1/backtests/3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11',
      method: 'DELETE',
      key: newKey(),
    };
    expect(await post(asked)).toMatchObject({ status: 200, replayed: null });
    expect(await post(asked)).toMatchObject({ status: 200, replayed: 'true' });
    expect(calls()).toBe(1);
  });
});
