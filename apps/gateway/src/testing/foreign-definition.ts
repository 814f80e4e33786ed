/*
 * The messages of the Open Inference Protocol by their published field numbers, as a foreign client has them: written
 * apart from proto/open_inference.proto, so that a number that is wrong there shows.
 */
type Field = readonly [type: string, id: number, rule?: 'repeated'];
type Fields = Readonly<Record<string, Field>>;

const fields = (list: Fields, maps: Readonly<Record<string, readonly [type: string, id: number]>> = {}) => ({
  fields: {
    ...Object.fromEntries(
      Object.entries(list).map(([name, [type, id, rule]]) => [name, { type, id, ...(rule && { rule }) }]),
    ),
    ...Object.fromEntries(
      Object.entries(maps).map(([name, [type, id]]) => [name, { keyType: 'string', type, id }]),
    ),
  },
});
const choice = (list: Fields) => ({
  oneofs: { parameter_choice: { oneof: Object.keys(list) } },
  ...fields(list),
});

const methods = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [name, { requestType: `${name}Request`, responseType: `${name}Response` }]),
  );

const inference = {
  ServerLiveRequest: fields({}),
  ServerLiveResponse: fields({ live: ['bool', 1] }),
  ServerReadyRequest: fields({}),
  ServerReadyResponse: fields({ ready: ['bool', 1] }),
  ServerMetadataRequest: fields({}),
  ServerMetadataResponse: fields({
    name: ['string', 1],
    version: ['string', 2],
    extensions: ['string', 3, 'repeated'],
  }),
  ModelReadyRequest: fields({ name: ['string', 1], version: ['string', 2] }),
  ModelReadyResponse: fields({ ready: ['bool', 1] }),
  ModelMetadataRequest: fields({ name: ['string', 1], version: ['string', 2] }),
  ModelMetadataResponse: {
    nested: {
      TensorMetadata: fields({
        name: ['string', 1],
        datatype: ['string', 2],
        shape: ['int64', 3, 'repeated'],
      }),
    },
    ...fields({
      name: ['string', 1],
      versions: ['string', 2, 'repeated'],
      platform: ['string', 3],
      inputs: ['TensorMetadata', 4, 'repeated'],
      outputs: ['TensorMetadata', 5, 'repeated'],
    }),
  },
  InferParameter: choice({
    bool_param: ['bool', 1],
    int64_param: ['int64', 2],
    string_param: ['string', 3],
    double_param: ['double', 4],
    uint64_param: ['uint64', 5],
  }),
  InferTensorContents: fields({
    bool_contents: ['bool', 1, 'repeated'],
    int_contents: ['int32', 2, 'repeated'],
    int64_contents: ['int64', 3, 'repeated'],
    uint_contents: ['uint32', 4, 'repeated'],
    uint64_contents: ['uint64', 5, 'repeated'],
    fp32_contents: ['float', 6, 'repeated'],
    fp64_contents: ['double', 7, 'repeated'],
    bytes_contents: ['bytes', 8, 'repeated'],
  }),
  ModelInferRequest: {
    nested: {
      InferInputTensor: fields(
        {
          name: ['string', 1],
          datatype: ['string', 2],
          shape: ['int64', 3, 'repeated'],
          contents: ['InferTensorContents', 5],
        },
        { parameters: ['InferParameter', 4] },
      ),
      InferRequestedOutputTensor: fields({ name: ['string', 1] }, { parameters: ['InferParameter', 2] }),
    },
    ...fields(
      {
        model_name: ['string', 1],
        model_version: ['string', 2],
        id: ['string', 3],
        inputs: ['InferInputTensor', 5, 'repeated'],
        outputs: ['InferRequestedOutputTensor', 6, 'repeated'],
        raw_input_contents: ['bytes', 7, 'repeated'],
      },
      { parameters: ['InferParameter', 4] },
    ),
  },
  ModelInferResponse: {
    nested: {
      InferOutputTensor: fields(
        {
          name: ['string', 1],
          datatype: ['string', 2],
          shape: ['int64', 3, 'repeated'],
          contents: ['InferTensorContents', 5],
        },
        { parameters: ['InferParameter', 4] },
      ),
    },
    ...fields(
      {
        model_name: ['string', 1],
        model_version: ['string', 2],
        id: ['string', 3],
        outputs: ['InferOutputTensor', 5, 'repeated'],
        raw_output_contents: ['bytes', 6, 'repeated'],
      },
      { parameters: ['InferParameter', 4] },
    ),
  },
  ModelStatisticsRequest: fields({ name: ['string', 1], version: ['string', 2] }),
  StatisticDuration: fields({ count: ['uint64', 1], ns: ['uint64', 2] }),
  InferStatistics: fields({
    success: ['StatisticDuration', 1],
    fail: ['StatisticDuration', 2],
    queue: ['StatisticDuration', 3],
    compute_input: ['StatisticDuration', 4],
    compute_infer: ['StatisticDuration', 5],
    compute_output: ['StatisticDuration', 6],
    cache_hit: ['StatisticDuration', 7],
    cache_miss: ['StatisticDuration', 8],
  }),
  InferBatchStatistics: fields({
    batch_size: ['uint64', 1],
    compute_input: ['StatisticDuration', 2],
    compute_infer: ['StatisticDuration', 3],
    compute_output: ['StatisticDuration', 4],
  }),
  ModelStatistics: fields({
    name: ['string', 1],
    version: ['string', 2],
    last_inference: ['uint64', 3],
    inference_count: ['uint64', 4],
    execution_count: ['uint64', 5],
    inference_stats: ['InferStatistics', 6],
    batch_stats: ['InferBatchStatistics', 7, 'repeated'],
  }),
  ModelStatisticsResponse: fields({ model_stats: ['ModelStatistics', 1, 'repeated'] }),
  ModelRepositoryParameter: choice({
    bool_param: ['bool', 1],
    int64_param: ['int64', 2],
    string_param: ['string', 3],
    bytes_param: ['bytes', 4],
  }),
  RepositoryIndexRequest: fields({ repository_name: ['string', 1], ready: ['bool', 2] }),
  RepositoryIndexResponse: {
    nested: {
      ModelIndex: fields({
        name: ['string', 1],
        version: ['string', 2],
        state: ['string', 3],
        reason: ['string', 4],
      }),
    },
    ...fields({ models: ['ModelIndex', 1, 'repeated'] }),
  },
  RepositoryModelLoadRequest: fields(
    { repository_name: ['string', 1], model_name: ['string', 2] },
    { parameters: ['ModelRepositoryParameter', 3] },
  ),
  RepositoryModelLoadResponse: fields({ model_name: ['string', 1], isLoaded: ['bool', 2] }),
  RepositoryModelUnloadRequest: fields(
    { repository_name: ['string', 1], model_name: ['string', 2] },
    { parameters: ['ModelRepositoryParameter', 3] },
  ),
  RepositoryModelUnloadResponse: fields({ model_name: ['string', 1], isUnloaded: ['bool', 2] }),
  GRPCInferenceService: {
    methods: methods([
      'ServerLive',
      'ServerReady',
      'ServerMetadata',
      'ModelReady',
      'ModelMetadata',
      'ModelInfer',
      'ModelStatistics',
      'RepositoryIndex',
      'RepositoryModelLoad',
      'RepositoryModelUnload',
    ]),
  },
};

const health = {
  HealthCheckRequest: fields({ service: ['string', 1] }),
  HealthCheckResponse: {
    nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
    ...fields({ status: ['ServingStatus', 1] }),
  },
  Health: { methods: { Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' } } },
};

/** As protobufjs describes a root. */
export const FOREIGN_DEFINITION = {
  options: { syntax: 'proto3' },
  nested: {
    inference: { nested: inference },
    grpc: { nested: { health: { nested: { v1: { nested: health } } } } },
  },
};
