import { gzipSync, deflateSync } from 'node:zlib';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

/*
 * What the Python clients of Triton (tritonclient.http) and KServe (InferenceRESTClient) send and read, byte by byte:
 * headers and bodies as their sources make them. They are not to be had here, so this stands for them.
 */

let fixture: Fixture;
let key: string;
beforeAll(async () => {
  fixture = await startFixture();
  key = await fixture.addKey({ roles: ['developer'] });
});
afterAll(() => fixture.close());

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** Sends nothing that is not said here: no media type, no coding that would be taken. */
function send(path: string, body: Buffer, headers: Record<string, string | number> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(
      `${fixture.url}${path}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-length': body.length, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}

const doubles = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer);
const FEATURES = doubles(1, 2, 3, 4, 5, 6);
const HOURS = doubles(7, 8);

/** InferInput.set_data_from_numpy with its default, binary. */
const binaryInput = (name: string, shape: number[], data: Buffer) => ({
  ...{ name, shape, datatype: 'FP64', parameters: { binary_data_size: data.length } },
});
const INPUTS = [binaryInput('features', [2, 3], FEATURES), binaryInput('hour_of_day', [2], HOURS)];

/** InferResult: the JSON is as long as the header says, outputs follow in their order. */
function tritonResult({ status, headers, body }: Reply) {
  expect({ status, text: status === 200 ? '' : body.toString() }).toEqual({ status: 200, text: '' });
  const header = headers['inference-header-content-length'];
  const length = header === undefined ? body.length : Number(header);
  const result = JSON.parse(body.toString('utf8', 0, length)) as {
    id?: string;
    outputs: { name: string; shape: number[]; data?: number[]; parameters?: { binary_data_size?: number } }[];
  };
  let at = length;
  const arrays = result.outputs.map(({ name, data, parameters }) => {
    const size = parameters?.binary_data_size;
    if (size === undefined) return [name, data];
    const bytes = body.subarray(at, (at += size));
    return [name, Array.from({ length: size / 8 }, (_, i) => bytes.readDoubleLE(i * 8))];
  });
  expect(at).toBe(body.length);
  return { ...result, arrays: Object.fromEntries(arrays) as Record<string, number[]> };
}

function tritonRequest(more: object): { body: Buffer; json: number } {
  const json = Buffer.from(JSON.stringify({ inputs: INPUTS, ...more }));
  return { body: Buffer.concat([json, FEATURES, HOURS]), json: json.length };
}

describe('Triton’s client', () => {
  it('sends bytes behind JSON without a media type, and wants all outputs so unless it names some', async () => {
    const { body, json } = tritonRequest({ parameters: { binary_data_output: true } });
    const reply = await send('/v2/models/har/infer', body, { 'Inference-Header-Content-Length': json });
    expect(reply.headers['content-type']).toBe('application/octet-stream');
    const { arrays, outputs } = tritonResult(reply);
    expect(arrays).toEqual({ quantiles: [6, 7, 15, 8], sigma: [1, 4] });
    expect(outputs.map(({ shape }) => shape)).toEqual([[2, 2], [2]]);
  });

  it('names outputs, each as bytes or as JSON', async () => {
    const { body, json } = tritonRequest({
      id: 'mine',
      outputs: [
        { name: 'sigma', parameters: { binary_data: true } },
        { name: 'quantiles', parameters: { binary_data: false } },
      ],
    });
    const reply = await send('/v2/models/har/versions/2/infer', body, {
      'Inference-Header-Content-Length': json,
    });
    const { arrays, id, outputs } = tritonResult(reply);
    expect({ arrays, id }).toEqual({ arrays: { sigma: [1, 4], quantiles: [6, 7, 15, 8] }, id: 'mine' });
    expect(outputs[1]).toHaveProperty('data');
  });

  it('overrides for one output what it said of all', async () => {
    const { body, json } = tritonRequest({
      parameters: { binary_data_output: true },
      outputs: [{ name: 'sigma', parameters: { binary_data: false } }],
    });
    const reply = await send('/v2/models/har/infer', body, { 'Inference-Header-Content-Length': json });
    expect(reply.headers['inference-header-content-length']).toBeUndefined();
    expect(tritonResult(reply).arrays).toEqual({ sigma: [1, 4] });
  });

  it('may compress, and the length is that of the JSON before', async () => {
    const { body, json } = tritonRequest({});
    for (const [coding, packed] of [
      ['gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
    ] as const) {
      const reply = await send('/v2/models/har/infer', packed, {
        'Inference-Header-Content-Length': json,
        'Content-Encoding': coding,
      });
      expect(tritonResult(reply).arrays).toEqual({ quantiles: [6, 7, 15, 8], sigma: [1, 4] });
    }
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const refused = await send('/v2/models/har/infer', bomb, { 'Content-Encoding': 'gzip' });
    expect([refused.status, Object.keys(JSON.parse(refused.body.toString()) as object)]).toEqual([
      413,
      ['error'],
    ]);
  });

  it('sends numbers that JSON cannot say, and gets them back', async () => {
    const data = doubles(Number.NaN, 0, 0, Infinity, 0, 0);
    const json = Buffer.from(
      JSON.stringify({ inputs: INPUTS, outputs: [{ name: 'sigma', parameters: { binary_data: true } }] }),
    );
    const reply = await send('/v2/models/har/infer', Buffer.concat([json, data, HOURS]), {
      'Inference-Header-Content-Length': json.length,
    });
    expect(tritonResult(reply).arrays).toEqual({ sigma: [Number.NaN, Infinity] });
  });

  it.each([
    ['a length beyond the body', { 'Inference-Header-Content-Length': 100_000 }, /at most that of the body/],
    ['a length that is no number', { 'Inference-Header-Content-Length': 'x' }, /length of the JSON/],
    ['a length below the JSON', { 'Inference-Header-Content-Length': 10 }, /no JSON/],
    ['no length at all', {}, /no JSON/],
  ])('is told of %s', async (_what, headers, words) => {
    const { body } = tritonRequest({});
    const reply = await send('/v2/models/har/infer', body, headers as Record<string, string | number>);
    expect(reply.status).toBe(400);
    expect((JSON.parse(reply.body.toString()) as { error: string }).error).toMatch(words);
  });

  it('is told of bytes that are too few or too many', async () => {
    const { body, json } = tritonRequest({});
    for (const changed of [body.subarray(0, -8), Buffer.concat([body, HOURS])]) {
      const reply = await send('/v2/models/har/infer', changed, { 'Inference-Header-Content-Length': json });
      expect(reply.status).toBe(400);
    }
  });
});

describe('KServe’s client', () => {
  it('sends bytes with a media type, and JSON with none', async () => {
    const json = Buffer.from(JSON.stringify({ id: 'one', model_name: 'har', inputs: INPUTS }));
    const binary = await send('/v2/models/har/infer', Buffer.concat([json, FEATURES, HOURS]), {
      'inference-header-content-length': String(json.length),
      'content-type': 'application/octet-stream',
    });
    // Outputs as JSON, since none were asked for as bytes.
    expect(binary.headers['content-type']).toBe('application/json');
    expect(tritonResult(binary)).toMatchObject({ id: 'one', arrays: { sigma: [1, 4] } });
    const plain = {
      id: 'two',
      model_name: 'har',
      inputs: [
        { name: 'features', shape: [1, 3], datatype: 'FP64', data: [1, 2, 3] },
        { name: 'hour_of_day', shape: [1], datatype: 'FP64', data: [4] },
      ],
    };
    const reply = await send('/v2/models/har/infer', Buffer.from(JSON.stringify(plain)));
    expect(tritonResult(reply)).toMatchObject({
      model_name: 'har',
      id: 'two',
      arrays: { quantiles: [6, 4] },
    });
  });

  it('reads errors only from exactly application/json', async () => {
    const reply = await send('/v2/models/nobody/infer', Buffer.from('{}'));
    expect(reply.headers['content-type']).toBe('application/json');
    expect(JSON.parse(reply.body.toString())).toEqual({ error: expect.any(String) });
  });

  it('reads `ready` and `live` from the health of the server', async () => {
    for (const [path, field] of [
      ['ready', 'ready'],
      ['live', 'live'],
    ]) {
      const body = (await (await fetch(`${fixture.url}/v2/health/${path}`)).json()) as Record<
        string,
        unknown
      >;
      expect(body[field!]).toBe(true);
    }
  });
});
