import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { waitFor } from '@btcforecast/testing';
import { openGrpc, type Grpc, TYPED } from '../../testing/oip-grpc.js';
import { HAR_METADATA } from '../../testing/peer-inference.js';

let grpc: Grpc;
beforeAll(async () => {
  grpc = await openGrpc();
});
afterAll(() => grpc.close());
afterEach(() => grpc.reset());

describe('without credentials', () => {
  it('the server says that it lives, is ready, and what it is', async () => {
    const key = null;
    expect(await grpc.call('ServerLive', {}, { key })).toEqual({ live: true });
    expect(await grpc.call('ServerReady', {}, { key })).toEqual({ ready: true });
    expect(await grpc.call('ServerMetadata', {}, { key })).toMatchObject({ name: 'btcforecast' });
    expect(await grpc.check('')).toEqual({ status: 'SERVING' });
    const service = 'inference.GRPCInferenceService';
    expect(await grpc.check(service)).toEqual({ status: 'SERVING' });
    await expect(grpc.check('x')).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it.each([
    ['ModelReady', { name: 'har' }],
    ['ModelMetadata', { name: 'har' }],
    ['ModelInfer', TYPED],
    ['ModelStatistics', {}],
    ['RepositoryIndex', {}],
    ['RepositoryModelLoad', { model_name: 'garch_t' }],
    ['RepositoryModelUnload', { model_name: 'garch_t' }],
  ])('%s is refused, and so with wrong ones and with too few rights', async (method, request) => {
    await expect(grpc.call(method, request, { key: null })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    const wrong = `btcf_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    await expect(grpc.call(method, request, { key: wrong })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: expect.stringMatching(/key/),
    });
    const nobody = await grpc.fixture.addKey({ roles: ['viewer'], scopes: ['market:read'] });
    await expect(grpc.call(method, request, { key: nobody })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  it('refuses keys that count for signed requests only, since a call cannot be signed', async () => {
    const key = await grpc.fixture.addKey({ roles: ['admin'], requireSignature: true });
    await expect(grpc.call('ModelReady', { name: 'har' }, { key })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: expect.stringMatching(/signed.*HTTP/),
    });
  });
});

describe('a model', () => {
  it('has metadata and readiness, by name and version', async () => {
    const metadata = await grpc.call('ModelMetadata', { name: 'har', version: '1' });
    expect(metadata).toEqual(HAR_METADATA);
    expect(await grpc.call('ModelReady', { name: 'har', version: '2' })).toEqual({ ready: true });
    expect(await grpc.call('ModelReady', { name: 'garch_t' })).toEqual({ ready: false });
    for (const name of ['nobody', '', 'x'.repeat(500)]) {
      await expect(grpc.call('ModelReady', { name })).rejects.toMatchObject({ code: status.NOT_FOUND });
    }
    await expect(grpc.call('ModelMetadata', { name: 'har', version: 'v1' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('has statistics', async () => {
    const { model_stats } = await grpc.call('ModelStatistics', { name: 'har' });
    expect(model_stats).toEqual([
      expect.objectContaining({ inference_count: 3, execution_count: 1, batch_stats: [expect.anything()] }),
    ]);
  });

  it('is listed, the champion first', async () => {
    const { models } = (await grpc.call('RepositoryIndex', { ready: true })) as { models: object[] };
    expect(models[0]).toEqual({ name: 'har', version: '2', state: 'READY', reason: '' });
    expect(models).toHaveLength(3);
  });

  it('is loaded and unloaded, on record, as Triton and as KServe name it', async () => {
    const key = grpc.operator;
    for (const request of [
      { model_name: 'garch_t', parameters: { version: { string_param: '1' } } },
      { repository_name: 'garch_t' }, // field 1, where KServe has the model
    ]) {
      expect(await grpc.call('RepositoryModelLoad', request, { key })).toEqual({
        model_name: 'garch_t',
        isLoaded: true,
      });
    }
    expect(await grpc.call('RepositoryModelUnload', { model_name: 'garch_t' }, { key })).toEqual({
      model_name: 'garch_t',
      isUnloaded: true,
    });
    await expect(grpc.call('RepositoryModelUnload', { model_name: 'har' }, { key })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    const config = { model_name: 'garch_t', parameters: { config: { string_param: '{}' } } };
    await expect(grpc.call('RepositoryModelLoad', config, { key })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    const entries = await waitFor(
      async () => {
        const rows = await grpc.fixture.dataSource.query<{ body: Record<string, unknown> }[]>(
          `SELECT body::jsonb AS body FROM audit_log WHERE body::jsonb ->> 'kind' = 'key'
             AND body::jsonb ->> 'action' LIKE 'models:load gRPC%' AND body::jsonb ->> 'outcome' <> 'refused' ORDER BY seq`,
        );
        return rows.length === 5 ? rows.map(({ body }) => body) : undefined;
      },
      { deadlineMs: 5_000, what: 'the entries are in the chain' },
    );
    expect(entries[0]).toMatchObject({
      ...{ action: 'models:load gRPC RepositoryModelLoad', subject: 'garch_t', outcome: 'done' },
      ...{ address: '127.0.0.1', actor: `key ${grpc.operator.slice(5, 17)}` },
    });
    expect(entries[3]).toMatchObject({
      subject: 'har',
      outcome: 'failed',
      status: 409,
      code: 'model.conflict',
    });
  });
});
