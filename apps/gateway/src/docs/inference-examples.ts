const duration = (count: number, ns: number) => ({ count, ns });
const compute = {
  compute_input: duration(2, 4_100),
  compute_infer: duration(2, 61_000),
  compute_output: duration(2, 2_300),
};
const statistics = {
  model_stats: [
    {
      name: 'uncond_1y',
      version: '1',
      last_inference: 1_735_732_800_000,
      inference_count: 3,
      execution_count: 1,
      inference_stats: {
        success: duration(2, 310_000),
        fail: duration(0, 0),
        queue: duration(2, 42_000),
        ...compute,
        cache_hit: duration(0, 0),
        cache_miss: duration(0, 0),
      },
      batch_stats: [
        {
          batch_size: 3,
          compute_input: duration(1, 2_050),
          compute_infer: duration(1, 30_500),
          compute_output: duration(1, 1_150),
        },
      ],
    },
  ],
};
const metadata = {
  name: 'uncond_1y',
  versions: ['1'],
  platform: 'onnx_onnxv1',
  inputs: [{ name: 'reference_quantiles', datatype: 'FP64', shape: [-1, 4, 7] }],
  outputs: [
    { name: 'quantiles', datatype: 'FP64', shape: [-1, 4, 7] },
    { name: 'sigma', datatype: 'FP64', shape: [-1, 4] },
  ],
};
const config = {
  name: 'uncond_1y',
  platform: 'onnxruntime_onnx',
  backend: 'onnxruntime',
  max_batch_size: 1024,
  input: [{ name: 'reference_quantiles', data_type: 'TYPE_FP64', dims: [4, 7] }],
  output: [
    { name: 'quantiles', data_type: 'TYPE_FP64', dims: [4, 7] },
    { name: 'sigma', data_type: 'TYPE_FP64', dims: [4] },
  ],
  version_policy: { specific: { versions: [1] } },
  dynamic_batching: { max_queue_delay_microseconds: 0, priority_levels: 3, default_priority_level: 2 },
};
const ready = { name: 'uncond_1y', ready: true };
const row = [-0.0106, -0.0069, -0.0029, 0.0001, 0.0031, 0.0071, 0.0107];
const question = {
  id: '42',
  inputs: [
    {
      name: 'reference_quantiles',
      shape: [1, 4, 7],
      datatype: 'FP64',
      data: [1, 2, 5, 13].flatMap((scale) => row.map((value) => Number((value * scale).toFixed(4)))),
    },
  ],
  outputs: [{ name: 'sigma' }],
};
const answer = {
  model_name: 'uncond_1y',
  model_version: '1',
  id: '42',
  outputs: [
    {
      name: 'sigma',
      datatype: 'FP64',
      shape: [1, 4],
      data: [0.0064748, 0.0129495, 0.0323738, 0.0841718],
    },
  ],
};

/** The same for a model and for one of its versions. */
const both = (method: string, end: string, example: unknown) => ({
  [`${method} /v2/models/{model}${end}`]: example,
  [`${method} /v2/models/{model}/versions/{version}${end}`]: example,
});

/** Answers on /v2, by method and path. */
export const INFERENCE_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v2': {
    name: 'btcforecast',
    version: '0.1.0',
    extensions: [
      'binary_tensor_data',
      'model_configuration',
      'model_repository',
      'schedule_policy',
      'statistics',
    ],
  },
  'GET /v2/health/live': { live: true },
  'GET /v2/health/ready': { live: true, ready: true },
  'GET /v2/models': { models: ['har', 'uncond_1y'] },
  'GET /v2/models/stats': statistics,
  ...both('GET', '', metadata),
  ...both('GET', '/ready', ready),
  ...both('GET', '/config', config),
  ...both('GET', '/stats', statistics),
  ...both('POST', '/infer', answer),
  'POST /v2/repository/index': [
    { name: 'har', version: '2', state: 'READY', reason: '' },
    { name: 'uncond_1y', version: '1', state: 'UNAVAILABLE', reason: 'not loaded' },
  ],
  'POST /v2/repository/models/{model}/load': { name: 'uncond_1y', load: true },
  'POST /v2/repository/models/{model}/unload': { name: 'uncond_1y', unload: true },
};

/** Bodies on /v2, by method and path. */
export const INFERENCE_REQUEST_EXAMPLES: Readonly<Record<string, unknown>> = {
  ...both('POST', '/infer', question),
  'POST /v2/repository/index': { ready: true },
  'POST /v2/repository/models/{model}/load': { parameters: { version: 1 } },
  'POST /v2/repository/models/{model}/unload': { parameters: { version: 1 } },
};
