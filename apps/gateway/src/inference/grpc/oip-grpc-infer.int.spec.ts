import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServiceError, status } from '@grpc/grpc-js';
import { AppError } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import { doubles, openGrpc, RAW, type Grpc, TYPED } from '../../testing/oip-grpc.js';

let grpc: Grpc;
beforeAll(async () => {
  grpc = await openGrpc();
});
afterAll(() => grpc.close());
afterEach(() => grpc.reset());

describe('an inference', () => {
  it('with typed contents is answered with typed contents', async () => {
    const reply = await grpc.call('ModelInfer', TYPED);
    expect(reply).toMatchObject({
      ...{ model_name: 'har', model_version: '2', id: '42', raw_output_contents: [] },
      outputs: [
        { name: 'quantiles', datatype: 'FP64', shape: [2, 2], contents: { fp64_contents: [6, 7, 15, 8] } },
        { name: 'sigma', datatype: 'FP64', shape: [2], contents: { fp64_contents: [1, 4] } },
      ],
    });
  });

  it('with raw contents is answered with raw contents, as Triton’s client needs', async () => {
    const reply = await grpc.call('ModelInfer', RAW);
    expect(reply['raw_output_contents']).toEqual([doubles(6, 7, 15, 8), doubles(1, 4)]);
    for (const output of reply['outputs'] as { contents: unknown }[]) expect(output.contents).toBeNull();
  });

  it('asks a version, and the outputs in their order; without an id it has none', async () => {
    const request = {
      ...RAW,
      id: '',
      model_version: '1',
      outputs: [{ name: 'sigma' }, { name: 'quantiles' }],
    };
    const reply = await grpc.call('ModelInfer', request);
    expect(reply).toMatchObject({ model_version: '1', id: '' });
    expect((reply['outputs'] as { name: string }[]).map(({ name }) => name)).toEqual(['sigma', 'quantiles']);
    expect((reply['raw_output_contents'] as Buffer[])[0]).toEqual(doubles(1, 4));
  });

  it('says how urgent it is and how long it may take, and its deadline counts too', async () => {
    const parameters = { priority: { uint64_param: 1 }, timeout: { int64_param: 500_000 } };
    await grpc.call('ModelInfer', { ...RAW, parameters });
    const asked = () =>
      (grpc.fixture.peer().state.lastBody as { calls: { deadline: number; priority: number }[] }).calls[0]!;
    expect(asked().priority).toBe(1);
    expect(asked().deadline).toBeLessThanOrEqual(Date.now() + 500);
    const deadline = Date.now() + 700;
    await grpc.call('ModelInfer', RAW, { deadline });
    expect(asked().deadline).toBeLessThanOrEqual(deadline + 50);
    grpc.fixture.peer().state.delayMs = 300;
    await expect(grpc.call('ModelInfer', RAW, { deadline: Date.now() + 60 })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    const short = { ...RAW, parameters: { timeout: { int64_param: 50_000 } } };
    await expect(grpc.call('ModelInfer', short)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  const [first, second] = TYPED.inputs as [object, object];
  it.each([
    ['no inputs', { ...TYPED, inputs: [] }, /inputs must name/],
    ['another datatype', { ...TYPED, inputs: [{ ...first, datatype: 'FP32' }, second] }, /datatype FP64/],
    [
      'contents of another type',
      { ...TYPED, inputs: [{ ...first, contents: { fp32_contents: [1] } }, second] },
      /fp64_contents/,
    ],
    [
      'too few numbers',
      { ...TYPED, inputs: [{ ...first, contents: { fp64_contents: [1] } }, second] },
      /1 numbers where/,
    ],
    ['too few bytes', { ...RAW, raw_input_contents: [doubles(1), doubles(7, 8)] }, /8 bytes where/],
    ['too few raw inputs', { ...RAW, raw_input_contents: [doubles(1, 2, 3, 4, 5, 6)] }, /one for each/],
    ['raw and typed inputs', { ...RAW, inputs: TYPED.inputs }, /must be empty/],
    ['a shape below zero', { ...TYPED, inputs: [{ ...first, shape: [-2, 3] }, second] }, /shapes must/],
    ['a parameter of another type', { ...TYPED, parameters: { timeout: { string_param: 'x' } } }, /timeout/],
    ['inputs that do not fit', { ...TYPED, inputs: [first] }, /do not fit/],
  ])('with %s is an invalid argument', async (_what, request, words) => {
    await expect(grpc.call('ModelInfer', request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(words),
    });
  });

  it('of an unknown model, a busy or a broken prediction has a status of its own', async () => {
    await expect(grpc.call('ModelInfer', { ...RAW, model_name: 'nobody' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    const { state } = grpc.fixture.peer();
    state.failure = new AppError('transient', 'inference.busy', 'too much at once', { retryAfterSeconds: 1 });
    const busy = (await grpc.call('ModelInfer', RAW).catch((error: unknown) => error)) as ServiceError;
    expect([busy.code, busy.metadata.get('error-code'), busy.metadata.get('retry-after')]).toEqual([
      status.UNAVAILABLE,
      ['inference.busy'],
      ['1'],
    ]);
    state.failure = new Error('secret inside');
    const broken = (await grpc.call('ModelInfer', RAW).catch((error: unknown) => error)) as ServiceError;
    expect(broken.code).toBe(status.INTERNAL);
    expect(broken.details).not.toContain('secret');
  });

  it('that is too large is refused before it is read', async () => {
    const data = Buffer.alloc(2_000_000);
    await expect(grpc.call('ModelInfer', { ...RAW, raw_input_contents: [data] })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });

  it('is answered before the server closes', async () => {
    const other = await openGrpc();
    other.fixture.peer().state.delayMs = 300;
    const answer = other.call('ModelInfer', RAW);
    await waitFor(() => other.fixture.peer().state.lastBody !== undefined, {
      deadlineMs: 5_000,
      what: 'it is under way',
    });
    await Promise.all([expect(answer).resolves.toMatchObject({ id: '42' }), other.fixture.gateway.close()]);
    await other.close();
  });
});

describe('a tenant with limits', () => {
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error as ServiceError,
    );
  const trailersOf = ({ metadata }: ServiceError) => metadata.getMap();

  it('has as many calls answered at the same time as its tier allows, and others told when to come back', async () => {
    await grpc.fixture.addTenant('crowd', 'free');
    const key = await grpc.fixture.addKey({ tenant: 'crowd', roles: ['developer'] });
    await grpc.call('ModelInfer', RAW, { key });
    grpc.fixture.peer().state.delayMs = 400;
    const together = () =>
      Promise.all(Array.from({ length: 8 }, () => failureOf(grpc.call('ModelInfer', RAW, { key }))));
    const refused = (await together()).filter((error) => error !== undefined);
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill(status.RESOURCE_EXHAUSTED));
    expect(trailersOf(refused[0]!)).toMatchObject({
      ...{ 'error-code': 'quota.concurrency', 'violated-policies': 'concurrent' },
      ...{ 'retry-after': '1', 'grpc-retry-pushback-ms': '1000' },
    });
    // Their places are free again, those of clients that went away too.
    await Promise.all(
      [1, 2, 3, 4, 5].map(() => failureOf(grpc.call('ModelInfer', RAW, { key, deadline: Date.now() + 50 }))),
    );
    grpc.fixture.peer().state.delayMs = 0;
    const free = async () => (await together()).filter((error) => error === undefined).length >= 5;
    await waitFor(free, { deadlineMs: 5_000, what: 'all places are free' });
  });

  it('pays for rows, and hears until when its minute is used up', async () => {
    await grpc.fixture.addTenant('rows', 'free');
    const key = await grpc.fixture.addKey({ tenant: 'rows', roles: ['developer'] });
    const rows = 1_024; // 64 units of 120
    const many = {
      ...{
        model_name: 'har',
        id: '1',
        raw_input_contents: [Buffer.alloc(rows * 24), Buffer.alloc(rows * 8)],
      },
      inputs: TYPED.inputs.map(({ name, datatype, shape }) => ({
        name,
        datatype,
        shape: [rows, ...shape.slice(1)],
      })),
    };
    // One fits into a minute, and there are two of them at most.
    const calls = [1, 2, 3].map(() => failureOf(grpc.call('ModelInfer', many, { key })));
    const failure = (await Promise.all(calls)).find((error) => error !== undefined)!;
    expect(failure.code).toBe(status.RESOURCE_EXHAUSTED);
    const trailers = trailersOf(failure);
    expect(trailers).toMatchObject({ 'error-code': 'quota.exceeded', 'violated-policies': 'burst' });
    const seconds = Number(trailers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(trailers['grpc-retry-pushback-ms']).toBe(String(seconds * 1_000));
  });
});

it('has metrics of its calls', async () => {
  const text = await (await fetch(`http://127.0.0.1:${grpc.fixture.gateway.internalPort}/metrics`)).text();
  expect(text).toMatch(/grpc_requests_total\{method="ModelInfer",code="OK"/);
  expect(text).toMatch(/grpc_request_duration_seconds_bucket\{le="0.005".*method="ModelInfer"/);
});
