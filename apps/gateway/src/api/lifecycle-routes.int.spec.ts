import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AliasHistoryReply,
  AliasMoveReply,
  BacktestReply,
  BacktestsReply,
  ModelReply,
  ModelsReply,
  ProbabilityReply,
  Problem,
  ReproductionReply,
  TrackRecordProof,
  TrackRecordReply,
} from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { z } from 'zod';
import { GRAPH } from '../testing/peer-lifecycle.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
let admin: string;
beforeAll(async () => {
  fixture = await startFixture();
  admin = await fixture.addKey({ roles: ['admin'] });
});
afterAll(() => fixture.close());
afterEach(() => {
  fixture.peer().state.failure = undefined;
});

const ID = 'a'.repeat(64);
const BACKTEST = '3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11';
/** For whom the services answer a key of the first tenant without limits. */
const ASKER = { tenant: 'default', instruments: null, horizons: null };
const lastBody = () => fixture.peer().state.lastBody;

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  return fixture.get(
    path,
    { authorization: `Bearer ${admin}`, ...json },
    { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
  );
}

describe('the routes that read', () => {
  const routes: [path: string, schema: z.ZodType, asked: unknown][] = [
    ['/v1/models', ModelsReply, { limit: 20 }],
    [
      '/v1/models?status=uploaded&limit=3&cursor=abc',
      ModelsReply,
      { status: 'uploaded', limit: 3, cursor: 'abc' },
    ],
    ['/v1/models/har/2', ModelReply, { name: 'har', version: 2, drift: true }],
    ['/v1/models/aliases/ETH-USD?limit=2', AliasHistoryReply, { instrument: 'ETH-USD', limit: 2 }],
    ['/v1/backtests?cursor=abc', BacktestsReply, { asker: ASKER, limit: 20, cursor: 'abc' }],
    [`/v1/backtests/${BACKTEST}`, BacktestReply, { id: BACKTEST, asker: ASKER }],
    ['/v1/track-record?after=7&limit=3', TrackRecordReply, { after: 7, limit: 3 }],
    [`/v1/track-record/proof/${ID}`, TrackRecordProof, { id: ID }],
    [
      '/v1/forecasts/BTC-USD/probability?above=100000&horizon=1h',
      ProbabilityReply,
      {
        instrument: 'BTC-USD',
        horizon: '1h',
        kind: 'above',
        low: 100_000,
        high: null,
        bucket: expect.any(Number),
      },
    ],
    [
      '/v1/forecasts/BTC-USD/probability?below=90000.5',
      ProbabilityReply,
      {
        instrument: 'BTC-USD',
        horizon: '24h',
        kind: 'below',
        low: null,
        high: 90_000.5,
        bucket: expect.any(Number),
      },
    ],
    [
      '/v1/forecasts/BTC-USD/probability?between=90000,100000',
      ProbabilityReply,
      {
        instrument: 'BTC-USD',
        horizon: '24h',
        kind: 'between',
        low: 90_000,
        high: 100_000,
        bucket: expect.any(Number),
      },
    ],
  ];

  it.each(routes)('%s pass on what was asked and answer as promised', async (path, schema, asked) => {
    const response = await fixture.get(path);
    expect(response.status).toBe(200);
    expect(schema.safeParse(await response.json()).error).toBeUndefined();
    expect(lastBody()).toMatchObject(asked as object);
  });

  it('give the card as Markdown and the graph byte for byte', async () => {
    const card = await fixture.get('/v1/models/har/2/card');
    expect(card.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await card.text()).toMatch(/^# har 2\n/);
    const graph = await fixture.get('/v1/models/har/2/graph');
    expect(graph.headers.get('content-type')).toBe('application/octet-stream');
    expect(graph.headers.get('content-disposition')).toBe('attachment; filename="har-2.onnx"');
    expect(Buffer.from(await graph.arrayBuffer())).toEqual(GRAPH);
  });

  it('say of a model that is not there that it is not, for its card too', async () => {
    for (const path of ['/v1/models/har/7', '/v1/models/har/7/card']) {
      const response = await fixture.get(path);
      expect(response.status).toBe(404);
      expect(Problem.parse(await response.json()).code).toBe('model.not_found');
    }
  });
});

describe('a reproduction', () => {
  it('is asked for by POST, without a body, by a key that may only read', async () => {
    const response = await fixture.get(`/v1/forecasts/by-id/${ID}/reproduce`, {}, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(ReproductionReply.parse(await response.json()).verdict).toBe('identical');
    expect(lastBody()).toMatchObject({ id: ID });
  });
});

describe('the routes that change something', () => {
  const keyId = () => admin.slice(5, 17);

  it('name the key that asks, by its id, for the record', async () => {
    const promoted = await send('POST', '/v1/models/har/3/promote', { reason: ' it is better ' });
    expect(AliasMoveReply.safeParse(await promoted.json()).success).toBe(true);
    expect(lastBody()).toEqual({
      name: 'har',
      version: 3,
      instrument: 'BTC-USD',
      alias: 'champion',
      reason: 'it is better',
      override: false,
      actor: `key ${keyId()}`,
    });
    const back = await send('POST', '/v1/models/har/3/rollback', { reason: 'it is worse' });
    expect(back.status).toBe(200);
    expect(lastBody()).toMatchObject({ name: 'har', version: 3, actor: `key ${keyId()}` });
  });

  it('take a model of 1 MiB with its manifest, and refuse a larger one', async () => {
    const onnx = Buffer.alloc(1024 * 1024, 7).toString('base64');
    const manifest = { note: 'x'.repeat(100_000) };
    const taken = await send('POST', '/v1/models', { name: 'mine', onnx, manifest });
    expect(taken.status).toBe(201);
    expect(lastBody()).toEqual({ name: 'mine', onnx, manifest, actor: `key ${keyId()}` });
    const large = Buffer.alloc(1024 * 1024 + 3).toString('base64');
    const refused = await send('POST', '/v1/models', { name: 'mine', onnx: large, manifest: {} });
    expect(refused.status).toBe(400);
    expect(Problem.parse(await refused.json()).errors).toEqual([
      { pointer: 'body/onnx', detail: 'must be at most 1 MiB once decoded' },
    ]);
    const huge = await send('POST', '/v1/models', { name: 'mine', onnx: large.repeat(2), manifest: {} });
    expect(huge.status).toBe(413);
  });

  it('leave the limit of other bodies where it was', async () => {
    const body = { reason: 'x'.repeat(20_000) };
    expect((await send('POST', '/v1/models/har/3/promote', body)).status).toBe(413);
  });

  it('refuse a body that is no JSON or not there, in words', async () => {
    const text = await fixture.get(
      '/v1/backtests',
      { authorization: `Bearer ${admin}`, 'content-type': 'text/csv' },
      { method: 'POST', body: 'a,b' },
    );
    expect(text.status).toBe(415);
    const none = await send('POST', '/v1/models/har/3/promote');
    expect(Problem.parse(await none.json()).errors).toEqual([
      { pointer: 'body', detail: expect.any(String) },
    ]);
  });

  it('answer a refusal of the registry with its own words', async () => {
    fixture.peer().state.failure = new AppError('caller', 'model.refused', 'crossing quantiles in 3 rows');
    const refused = await send('POST', '/v1/models', { name: 'mine', onnx: 'AAAA', manifest: {} });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      code: 'model.refused',
      detail: 'crossing quantiles in 3 rows',
    });
    fixture.peer().state.failure = new AppError('caller', 'model.conflict', 'another is champion');
    expect((await send('POST', '/v1/models/har/3/rollback', { reason: 'worse' })).status).toBe(409);
  });
});

describe('a backtest', () => {
  const request = { from: '2024-06-13T06:00:00Z', to: '2024-06-20' };

  it('is taken with 202 and where to look', async () => {
    const response = await send('POST', '/v1/backtests', request);
    expect(response.status).toBe(202);
    const { id, state } = BacktestReply.parse(await response.json());
    expect(response.headers.get('location')).toBe(`/v1/backtests/${id}`);
    expect(state).toBe('queued');
    expect(lastBody()).toMatchObject({
      request: {
        instrument: 'BTC-USD',
        from: Date.UTC(2024, 5, 13, 6),
        to: Date.UTC(2024, 5, 20),
        every: '6h',
        horizons: ['1h', '4h', '24h', '168h'],
        model: 'champion',
        refit: 'none',
      },
    });
  });

  it('is cancelled by DELETE', async () => {
    const response = await send('DELETE', `/v1/backtests/${BACKTEST}`);
    expect(BacktestReply.parse(await response.json()).state).toBe('cancelled');
    expect(lastBody()).toEqual({ id: BACKTEST, asker: ASKER });
  });

  it.each([
    [{ from: '2024-06-13T06:30:00Z' }, 'body/from', 'must be a full hour UTC'],
    [{ to: '2024-06-12' }, 'body/to', 'must not be before from'],
    [{ every: '7d' }, 'body/every', 'must be 1h to 168h'],
    [{ to: '2034-06-12', every: '1h' }, 'body/every', expect.stringContaining('more than 17600 origins')],
    [{ horizons: [] }, 'body/horizons', 'must have at least 1 entries'],
    [{ horizons: ['1h', '1h'] }, 'body/horizons', 'each horizon once'],
    [{ refit: 'daily' }, 'body/refit', 'must be one of none, weekly, monthly'],
    [{ model: 'HAR' }, 'body/model', expect.stringContaining('must be champion')],
  ])('with %j is refused', async (change, pointer, detail) => {
    const response = await send('POST', '/v1/backtests', { ...request, ...change });
    expect(response.status).toBe(400);
    expect(Problem.parse(await response.json()).errors).toEqual([{ pointer, detail }]);
  });
});
