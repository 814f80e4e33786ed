import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ANSWER, FEATURES, HOURS, openRest, post, QUESTION, type Rest } from '../testing/oip-rest.js';

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

describe('an inference', () => {
  it('answers all outputs with the id of the request', async () => {
    expect(await rest.json('/v2/models/har/infer', post(QUESTION))).toEqual(ANSWER);
    expect(rest.fixture.peer().state.lastBody).toMatchObject({
      calls: [{ model: 'har', version: null, outputs: null, priority: 2 }],
    });
  });

  it('asks the version in the path', async () => {
    const answer = await rest.json('/v2/models/har/versions/1/infer', post(QUESTION));
    expect(answer).toMatchObject({ model_name: 'har', model_version: '1' });
  });

  it('without an id has the one of the request, which its log lines have too', async () => {
    const { inputs } = QUESTION;
    const response = await rest.ask('/v2/models/har/infer', post({ inputs }));
    expect(await response.json()).toMatchObject({ id: response.headers.get('x-request-id') });
  });

  it('takes data nested or flat, inputs in any order, null for what is left out, and fields of others', async () => {
    const nested = {
      ...FEATURES,
      parameters: null,
      data: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    };
    const body = { id: '42', model_name: 'har', parameters: null, outputs: null, inputs: [nested, HOURS] };
    expect(await rest.json('/v2/models/har/infer', post(body))).toEqual(ANSWER);
  });

  it('without a media type is JSON, as KServe’s client sends it', async () => {
    const body = Buffer.from(JSON.stringify(QUESTION));
    const response = await rest.ask('/v2/models/har/infer', { method: 'POST', body });
    expect(await response.json()).toEqual(ANSWER);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('answers the outputs that are asked for, in that order', async () => {
    const outputs = [{ name: 'sigma' }, { name: 'quantiles', parameters: { binary_data: false } }];
    const { outputs: given } = (await rest.json(
      '/v2/models/har/infer',
      post({ ...QUESTION, outputs }),
    )) as typeof ANSWER;
    expect(given.map(({ name }) => name)).toEqual(['sigma', 'quantiles']);
  });

  it('gives back the very bits that went in, whatever number it was', async () => {
    const numbers = [
      Number.MIN_VALUE,
      0.1 + 0.2,
      -1.7976931348623157e308,
      1e-300,
      5e-324,
      123456789.12345679,
    ];
    const inputs = numbers.map((data) => [
      { ...FEATURES, shape: [1, 3], data: [data, 0, 0] },
      { ...HOURS, shape: [1], data: [0] },
    ]);
    for (const [i, each] of inputs.entries()) {
      const answer = await rest.json(
        '/v2/models/har/infer',
        post({ inputs: each, outputs: [{ name: 'sigma' }] }),
      );
      expect((answer as typeof ANSWER).outputs[0]!.data).toEqual([numbers[i]]);
    }
  });

  it('travels with others that are asked at the same time, and each gets its own', async () => {
    const callers = Array.from({ length: 40 }, (_, i) => ({
      id: `caller ${i}`,
      inputs: [
        { ...FEATURES, shape: [1, 3], data: [i, 0, 0] },
        { ...HOURS, shape: [1], data: [-i] },
      ],
      ...(i % 3 === 0 && { outputs: [{ name: 'sigma' }] }),
    }));
    callers[7]!.inputs.pop(); // does not fit: its own failure
    rest.fixture.peer().state.delayMs = 20;
    const replies = await Promise.all(callers.map((body) => rest.ask('/v2/models/har/infer', post(body))));
    for (const [i, reply] of replies.entries()) {
      const body = (await reply.json()) as typeof ANSWER;
      if (i === 7) {
        expect(reply.status).toBe(400);
        continue;
      }
      expect(body.id).toBe(`caller ${i}`);
      expect(body.outputs.find(({ name }) => name === 'sigma')?.data).toEqual([i]);
      expect(body.outputs.find(({ name }) => name === 'quantiles')?.data ?? [i, -i]).toEqual([i, -i]);
    }
    const { inferMessages } = rest.fixture.peer().state;
    expect(inferMessages.reduce((sum, calls) => sum + calls, 0)).toBe(40);
    expect(inferMessages.length).toBeLessThan(20);
  });

  it('says by its parameters how long it may take and how urgent it is', async () => {
    const before = Date.now();
    await rest.json(
      '/v2/models/har/infer',
      post({ ...QUESTION, parameters: { timeout: 500_000, priority: 1 } }),
    );
    const { calls } = rest.fixture.peer().state.lastBody as {
      calls: { deadline: number; priority: number }[];
    };
    expect(calls[0]!.priority).toBe(1);
    expect(calls[0]!.deadline).toBeLessThanOrEqual(Date.now() + 500);
    expect(calls[0]!.deadline).toBeGreaterThanOrEqual(before + 400);
  });
});
