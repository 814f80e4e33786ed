import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@btcforecast/platform';
import { FEATURES, HOURS, openRest, post, QUESTION, type Init, type Rest } from '../testing/oip-rest.js';

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

describe('an inference that fails', () => {
  const infer = (body: unknown, init: Init = {}) => rest.failure('/v2/models/har/infer', post(body, init));
  const first = (change: object) => ({ inputs: [{ ...FEATURES, ...change }, HOURS] });

  it.each([
    ['no JSON', '{"inputs": [', /no JSON/],
    ['NaN', '{"inputs":[{"name":"features","shape":[1],"datatype":"FP64","data":[NaN]}]}', /JSON has no NaN/],
    ['a list', '[]', /body/],
    ['nothing in it', '{}', /inputs/],
    ['no inputs', { inputs: [] }, /must name every input/],
    ['an id that is a number', { ...QUESTION, id: 42 }, /body\/id/],
    ['another datatype', first({ datatype: 'FP32' }), /inputs\[0\] must have the datatype FP64/],
    ['too few numbers', first({ data: [1, 2] }), /has 2 numbers where its shape says 6/],
    ['a number that is text', first({ data: [1, 2, 3, 4, 5, '6'] }), /no number.*NaN or Infinity/],
    ['null for a number', first({ data: [1, 2, 3, 4, 5, null] }), /no number/],
    [
      'another nesting',
      first({
        data: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      }),
      /not nested as its shape/,
    ],
    [
      'a ragged nesting',
      first({
        data: [
          [1, 2, 3],
          [4, 5],
        ],
      }),
      /not nested as its shape/,
    ],
    ['a shape that is not whole', first({ shape: [2, 1.5] }), /shape/],
    ['a shape below zero', first({ shape: [-1, 3] }), /shape/],
    ['an enormous shape', first({ shape: [1e9, 1e9] }), /more numbers than a request can carry/],
    ['no data', first({ data: undefined }), /neither data nor/],
    ['data twice', first({ parameters: { binary_data_size: 48 } }), /both data and/],
    [
      'bytes that are not there',
      first({ data: null, parameters: { binary_data_size: 48 } }),
      /follow the JSON/,
    ],
    ['shared memory', first({ parameters: { shared_memory_region: 'x' } }), /not offered/],
    [
      'classification',
      { ...QUESTION, outputs: [{ name: 'sigma', parameters: { classification: 1 } }] },
      /not offered/,
    ],
    [
      'a timeout that is text',
      { ...QUESTION, parameters: { timeout: 'soon' } },
      /timeout must be a whole number/,
    ],
    ['a parameter that is a list', { ...QUESTION, parameters: { x: [] } }, /parameters/],
  ])('because of %s is 400 and says so', async (_what, body, words) => {
    const { status, error } = await infer(body);
    expect({ status, error }).toEqual({ status: 400, error: expect.stringMatching(words) });
  });

  it('because a number is out of range is 400', async () => {
    const body = JSON.stringify(QUESTION).replace('[1,2,3,4,5,6]', '[1,2,3,4,5,1e400]');
    expect((await infer(body)).error).toMatch(/no number of the type FP64/);
  });

  it('because the outputs cannot be said in JSON is 422, and as bytes they can', async () => {
    const huge = first({ data: [1e308, 1e308, 1e308, 4, 5, 6] });
    expect(await infer(huge)).toMatchObject({ status: 422, error: expect.stringMatching(/binary data/) });
    const response = await rest.ask(
      '/v2/models/har/infer',
      post({ ...huge, parameters: { binary_data_output: true } }),
    );
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.readDoubleLE(Number(response.headers.get('inference-header-content-length')))).toBe(Infinity);
  });

  it('because of the model is 404 or what prediction says', async () => {
    for (const path of ['nobody', 'Har', 'har/versions/9', 'har/versions/x']) {
      expect((await rest.failure(`/v2/models/${path}/infer`, post(QUESTION))).status).toBe(404);
    }
    expect((await infer({ inputs: [FEATURES] })).status).toBe(400);
  });

  it('because of its size, media type, coding or missing body is 413, 415, 400', async () => {
    expect((await infer(`"${'x'.repeat(1_000_001)}"`)).status).toBe(413);
    for (const type of [
      'text/plain',
      'text/xml',
      'multipart/form-data',
      'application/x-www-form-urlencoded',
    ]) {
      expect((await infer(QUESTION, { headers: { 'content-type': type } })).status).toBe(415);
    }
    expect((await infer(QUESTION, { headers: { 'content-encoding': 'br' } })).status).toBe(415);
    expect((await infer(QUESTION, { headers: { 'content-encoding': 'gzip' } })).status).toBe(400);
    expect((await rest.failure('/v2/models/har/infer', { method: 'POST' })).status).toBe(400);
  });

  it('because prediction is busy, slow or broken is 503, 504 or 500', async () => {
    const { state } = rest.fixture.peer();
    state.failure = new AppError('transient', 'inference.busy', 'more than can be computed', {
      retryAfterSeconds: 1,
    });
    const busy = await infer(QUESTION);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1']);
    state.failure = new Error('secret inside');
    const broken = await infer(QUESTION);
    expect(broken.status).toBe(500);
    expect(broken.error).not.toContain('secret');
    state.failure = undefined;
    state.delayMs = 300;
    expect((await infer({ ...QUESTION, parameters: { timeout: 50_000 } })).status).toBe(504);
    const hasty = { headers: { 'x-request-timeout-ms': '50' } };
    expect((await infer(QUESTION, hasty)).status).toBe(504);
  });
});

describe('everything else on /v2', () => {
  it('that there is not, or not with this method, has errors of the same form, with or without a key', async () => {
    for (const key of [rest.developer, null]) {
      for (const path of [
        '/v2/nothing',
        '/v2/models/',
        '/v2/models/har/',
        '/v2/models/har/explain',
        '/v2/%zz',
      ]) {
        const { status } = await rest.failure(path, { key });
        expect(key === null ? [400, 401, 404] : [400, 404]).toContain(status);
      }
      const { status, headers } = await rest.failure('/v2/models/har/infer', { key });
      expect([status, headers.get('allow')]).toEqual([405, 'POST']);
      expect((await rest.failure('/v2', { method: 'DELETE', key })).status).toBe(405);
    }
    expect((await rest.failure(`/v2/models/${'x'.repeat(300)}`)).status).toBe(414);
  });

  it('is a problem too for whoever asks for problems, with the member `error`', async () => {
    const response = await rest.ask('/v2/models/nobody', { headers: { accept: 'application/problem+json' } });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const body = (await response.json()) as { error: string; detail: string };
    expect(body).toMatchObject({ status: 404, code: 'model.not_found', error: body.detail });
  });

  it('leaves other paths with problems', async () => {
    for (const path of ['/v1/nothing', '/v20', '/v2x/models']) {
      const response = await rest.ask(path);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
  });
});
