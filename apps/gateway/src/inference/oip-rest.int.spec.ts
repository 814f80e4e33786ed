import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import { openRest, post, QUESTION, type Rest } from '../testing/oip-rest.js';
import { HAR_METADATA } from '../testing/peer-inference.js';

/*
 * Written from the Open Inference Protocol 2 (inference_rest.md, open_inference_rest.yaml) and from Triton's documents of
 * its extensions (binary data, model repository, model configuration, statistics, schedule policy).
 */

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.fixture.close());
afterEach(() => rest.reset());

describe('without a key', () => {
  it('the server says that it lives, that it is ready, and what it is, with and without a slash at the end', async () => {
    expect(await rest.json('/v2/health/live', { key: null })).toEqual({ live: true });
    expect(await rest.json('/v2/health/ready', { key: null })).toEqual({ live: true, ready: true });
    for (const path of ['/v2', '/v2/']) {
      expect(await rest.json(path, { key: null })).toEqual({
        name: 'btcforecast',
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        extensions: expect.arrayContaining(['binary_tensor_data', 'model_repository', 'statistics']),
      });
    }
  });

  it.each([
    ['GET', '/v2/models'],
    ['GET', '/v2/models/har'],
    ['GET', '/v2/models/har/versions/2'],
    ['GET', '/v2/models/har/ready'],
    ['GET', '/v2/models/har/versions/2/ready'],
    ['GET', '/v2/models/har/config'],
    ['GET', '/v2/models/stats'],
    ['GET', '/v2/models/har/stats'],
    ['GET', '/v2/models/har/versions/2/stats'],
    ['POST', '/v2/models/har/infer'],
    ['POST', '/v2/models/har/versions/2/infer'],
    ['POST', '/v2/repository/index'],
    ['POST', '/v2/repository/models/har/load'],
    ['POST', '/v2/repository/models/har/unload'],
  ])('%s %s is refused', async (method, path) => {
    const { status, headers } = await rest.failure(path, { method, key: null });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

describe('readiness', () => {
  it.each(['a champion cannot be asked', 'prediction fails'])('is lost while %s', async (what) => {
    const { state } = rest.fixture.peer();
    if (what === 'prediction fails') state.failure = new AppError('transient', 'rpc.unavailable', 'away');
    else state.isReady = false;
    // What was found out within the last second still counts.
    await waitFor(async () => (await rest.ask('/v2/health/ready', { key: null })).status === 503, {
      deadlineMs: 5_000,
      what: 'the server says that it is not ready',
    });
    const { status, headers } = await rest.failure('/v2/health/ready', { key: null });
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    Object.assign(state, { failure: undefined, isReady: true });
    await waitFor(async () => (await rest.ask('/v2/health/ready', { key: null })).status === 200, {
      deadlineMs: 5_000,
      what: 'the server is ready again',
    });
  });
});

describe('metadata of a model', () => {
  it('names its versions, platform and tensors, with -1 for the number of rows', async () => {
    expect(await rest.json('/v2/models/har')).toEqual(HAR_METADATA);
    expect(await rest.json('/v2/models/har/versions/1')).toEqual(HAR_METADATA);
  });

  it('can be read by whoever may read models, who may ask none', async () => {
    const viewer = await rest.fixture.addKey({ roles: ['viewer'] });
    for (const path of ['/v2/models', '/v2/models/har', '/v2/models/har/ready', '/v2/models/har/config']) {
      await rest.json(path, { key: viewer });
    }
    await rest.json('/v2/repository/index', post({}, { key: viewer }));
    expect((await rest.failure('/v2/models/har/infer', post(QUESTION, { key: viewer }))).status).toBe(403);
    expect((await rest.failure('/v2/repository/models/har/load', post({}, { key: viewer }))).status).toBe(
      403,
    );
    expect((await rest.failure('/v2/repository/models/har/load', post({}))).status).toBe(403);
  });

  it('is 404 for names and versions that there are not; names are case-sensitive', async () => {
    for (const path of [
      'nobody',
      'HAR',
      'har/versions/99',
      'har/versions/v2',
      'har/versions/02',
      'har/versions/0',
    ]) {
      for (const end of ['', '/ready', '/config']) {
        expect((await rest.failure(`/v2/models/${path}${end}`)).status).toBe(404);
      }
    }
  });

  it('says that a model is ready, and with 4xx that it is not', async () => {
    expect(await rest.json('/v2/models/har/ready')).toEqual({ name: 'har', ready: true });
    expect(await rest.json('/v2/models/har/versions/1/ready')).toEqual({ name: 'har', ready: true });
    expect((await rest.failure('/v2/models/garch_t/ready')).status).toBe(409);
    expect(await rest.json('/v2/models/garch_t')).toMatchObject({ name: 'garch_t', versions: [] });
  });

  it('lists names that can be asked, the champion’s first', async () => {
    expect(await rest.json('/v2/models')).toEqual({ models: ['har', 'base'] });
  });
});

describe('the extensions', () => {
  it('index the repository, the champion first, with or without a body', async () => {
    const all = [
      { name: 'har', version: '2', state: 'READY', reason: '' },
      { name: 'base', version: '1', state: 'READY', reason: '' },
      { name: 'garch_t', version: '1', state: 'UNAVAILABLE', reason: 'not loaded' },
      { name: 'har', version: '1', state: 'READY', reason: '' },
    ];
    expect(await rest.json('/v2/repository/index', { method: 'POST' })).toEqual(all);
    expect(await rest.json('/v2/repository/index', { method: 'POST', body: '' })).toEqual(all);
    expect(await rest.json('/v2/repository/index', post({}))).toEqual(all);
    const ready = all.filter(({ state }) => state === 'READY');
    expect(await rest.json('/v2/repository/index', post({ ready: true }))).toEqual(ready);
    expect((await rest.failure('/v2/repository/index', post({ ready: 'yes' }))).status).toBe(400);
    expect((await rest.failure('/v2/repository/index', post('{'))).status).toBe(400);
  });

  it('load and unload models, as an act that is on record', async () => {
    const load = '/v2/repository/models/garch_t/load';
    expect(await rest.json(load, { method: 'POST', key: rest.operator })).toEqual({
      name: 'garch_t',
      load: true,
    });
    expect(rest.fixture.peer().state.lastBody).toMatchObject({ name: 'garch_t', version: null });
    // As Triton's client sends it: JSON without a media type.
    const bare = { method: 'POST', key: rest.operator, body: Buffer.from('{"parameters":{"version":"1"}}') };
    expect(await rest.json(load, bare)).toEqual({ name: 'garch_t', load: true });
    expect(rest.fixture.peer().state.lastBody).toMatchObject({ version: 1 });
    const dependents = post({ parameters: { unload_dependents: false } }, { key: rest.operator });
    const unload = '/v2/repository/models/garch_t/unload';
    expect(await rest.json(unload, dependents)).toEqual({ name: 'garch_t', unload: true });
    const entries = await waitFor(
      async () => {
        const rows = await rest.fixture.dataSource.query<{ body: Record<string, unknown> }[]>(
          `SELECT body::jsonb AS body FROM audit_log WHERE body::jsonb ->> 'outcome' = 'done' ORDER BY seq`,
        );
        return rows.length === 3 ? rows.map(({ body }) => body) : undefined;
      },
      { deadlineMs: 5_000, what: 'the entries are in the chain' },
    );
    const route = 'models:load POST /v2/repository/models/:model/load';
    expect(entries[0]).toMatchObject({
      action: route,
      subject: 'garch_t',
      actor: `key ${rest.operator.slice(5, 17)}`,
    });
    expect(entries[2]).toMatchObject({ action: route.replace(/load$/, 'unload'), subject: 'garch_t' });
  });

  it('refuse to unload the champion, and to load what is not from the registry', async () => {
    const champion = await rest.failure('/v2/repository/models/har/unload', post({}, { key: rest.operator }));
    expect(champion).toMatchObject({ status: 409, error: expect.stringMatching(/champion/) });
    for (const parameters of [{ config: '{}' }, { 'file:1/model.onnx': 'AAAA' }]) {
      const { status, error } = await rest.failure(
        '/v2/repository/models/mine/load',
        post({ parameters }, { key: rest.operator }),
      );
      expect({ status, error }).toEqual({ status: 400, error: expect.stringMatching(/registry/) });
    }
    expect(
      (await rest.failure('/v2/repository/models/nobody/load', post({}, { key: rest.operator }))).status,
    ).toBe(404);
    const wrong = post({ parameters: { version: 'newest' } }, { key: rest.operator });
    expect((await rest.failure('/v2/repository/models/har/load', wrong)).status).toBe(400);
  });

  it('give statistics and the configuration', async () => {
    for (const path of ['/v2/models/stats', '/v2/models/har/stats', '/v2/models/har/versions/2/stats']) {
      const { model_stats } = (await rest.json(path)) as { model_stats: object[] };
      expect(model_stats[0]).toMatchObject({ inference_count: 3, execution_count: 1 });
    }
    expect(await rest.json('/v2/models/har/versions/2/config')).toMatchObject({
      name: 'har',
      backend: 'onnxruntime',
      max_batch_size: 1024,
      input: [
        { name: 'features', data_type: 'TYPE_FP64', dims: [3] },
        { name: 'hour_of_day', data_type: 'TYPE_FP64', dims: [] },
      ],
    });
  });
});
