import { z } from 'zod';

/*
 * Open Inference Protocol, version 2 (REST), with the extensions of Triton and KServe that are served here. Its field
 * names are not ours: snake case, `model_version` as text. Requests may say null where they leave something out, and may
 * carry fields of other extensions, since clients in the field do.
 */

/** A name or an identifier that others choose. */
const Text = z.string().max(200, 'must have at most 200 characters');

/** The one type of element that the models of this registry read and write. */
export const INFERENCE_DATATYPE = 'FP64';
/** Rows of one request. */
export const INFERENCE_MAX_ROWS = 1_024;
/** Body of one request, bytes, decompressed. */
export const INFERENCE_MAX_BYTES = 1_000_000;

export const InferenceParameters = z
  .record(Text, z.union([z.string().max(1_000), z.number(), z.boolean()]))
  .meta({
    id: 'InferenceParameters',
    description:
      'Of a request: `binary_data_output`, `timeout` (µs), `priority` (1 first, 2 as without). Of an input: ' +
      '`binary_data_size`, bytes. Of an output: `binary_data`. Others do nothing',
  });
export type InferenceParameters = z.infer<typeof InferenceParameters>;

const shape = z
  .array(z.number().int().min(0).describe('Size of one axis, an integer'))
  .max(8)
  .describe('Size of each axis; the first one is the number of rows');
const datatype = z.string().max(20).describe('Type of the elements: FP64 for every model here');
const data = z
  .array(z.unknown())
  .describe('Numbers in row-major order, nested as the shape says or flat; absent when they follow as bytes');

export const InferRequest = z
  .object({
    id: Text.nullish().describe('Comes back in the reply; without one the reply has the id of the request'),
    parameters: InferenceParameters.nullish(),
    inputs: z
      .array(
        z.object({
          name: Text.describe('Name of the input, as in the metadata of the model'),
          shape,
          datatype,
          parameters: InferenceParameters.nullish(),
          data: data.nullish(),
        }),
      )
      .min(1, 'must name every input of the model')
      .max(64)
      .describe('All inputs of the model, in any order'),
    outputs: z
      .array(
        z.object({
          name: Text.describe('Name of the output, as in the metadata of the model'),
          parameters: InferenceParameters.nullish(),
        }),
      )
      .max(64)
      .nullish()
      .describe('Outputs wanted, in the order wanted; without them all'),
  })
  .meta({ id: 'InferRequest' });
export type InferRequest = z.infer<typeof InferRequest>;

export const InferReply = z
  .object({
    model_name: z.string().describe('Name of the model'),
    model_version: z.string().describe('Version that answered'),
    id: z.string().describe('As in the request, or the id of the request'),
    outputs: z
      .array(
        z.object({
          name: z.string().describe('Name of the output'),
          shape,
          datatype,
          parameters: InferenceParameters.optional(),
          data: z
            .array(z.number().describe('Log return or its deviation, dimensionless'))
            .optional()
            .describe('Numbers in row-major order; absent when they follow as bytes'),
        }),
      )
      .describe('In the order in which they were asked for'),
  })
  .meta({ id: 'InferReply' });
export type InferReply = z.infer<typeof InferReply>;

/** What every failure on /v2 answers. */
export const InferenceError = z
  .object({ error: z.string().describe('What was wrong and what to do') })
  .meta({ id: 'InferenceError' });

export const ServerLiveReply = z
  .object({ live: z.boolean().describe('Whether it takes questions') })
  .meta({ id: 'ServerLive' });
export const ServerReadyReply = z
  .object({
    live: z.boolean().describe('As the specification names it'),
    ready: z.boolean().describe('As servers in the field name it: whether all champions can be asked'),
  })
  .meta({ id: 'ServerReady' });
export const ServerMetadataReply = z
  .object({
    name: z.string().describe('Name of the server'),
    version: z.string().describe('Version of the program'),
    extensions: z.array(z.string()).describe('Extensions of the protocol that it serves'),
  })
  .meta({ id: 'ServerMetadata' });
export type ServerMetadataReply = z.infer<typeof ServerMetadataReply>;

const TensorMetadata = z
  .object({
    name: z.string().describe('Name of the tensor'),
    datatype,
    shape: z
      .array(z.number().int().min(-1).describe('Size of one axis, an integer; -1: any'))
      .describe('Size of each axis; -1 is the number of rows'),
  })
  .meta({ id: 'TensorMetadata' });
export type TensorMetadata = z.infer<typeof TensorMetadata>;

export const ModelMetadataReply = z
  .object({
    name: z.string().describe('Name of the model'),
    versions: z.array(z.string()).describe('Versions that can be asked now, newest first'),
    platform: z.string().describe('What runs it: onnx_onnxv1'),
    inputs: z.array(TensorMetadata).describe('What it reads'),
    outputs: z.array(TensorMetadata).describe('What it answers'),
  })
  .meta({ id: 'ModelMetadata' });
export type ModelMetadataReply = z.infer<typeof ModelMetadataReply>;

export const ModelReadyReply = z
  .object({
    name: z.string().describe('Name of the model'),
    ready: z.boolean().describe('Always true: what is not ready is an error'),
  })
  .meta({ id: 'ModelReady' });
export type ModelReadyReply = z.infer<typeof ModelReadyReply>;

export const ModelNamesReply = z
  .object({ models: z.array(z.string()).describe('Names of models that can be asked, the champion first') })
  .meta({ id: 'ModelNames' });
export type ModelNamesReply = z.infer<typeof ModelNamesReply>;

const ConfiguredTensor = z
  .object({
    name: z.string().describe('Name of the tensor'),
    data_type: z.string().describe('Type of the elements: TYPE_FP64'),
    dims: z.array(z.number().int().describe('Size of one axis, an integer')).describe('Axes behind the rows'),
  })
  .meta({ id: 'ConfiguredTensor' });

export const ModelConfigReply = z
  .object({
    name: z.string().describe('Name of the model'),
    platform: z.string().describe('What runs it: onnxruntime_onnx'),
    backend: z.string().describe('What runs it: onnxruntime'),
    max_batch_size: z.number().int().describe('Rows of one request at most, an integer'),
    input: z.array(ConfiguredTensor).describe('What it reads'),
    output: z.array(ConfiguredTensor).describe('What it answers'),
    version_policy: z
      .object({
        specific: z
          .object({
            versions: z
              .array(z.number().int().describe('Version, an increasing integer'))
              .describe('Which, newest first'),
          })
          .describe('Those that can be asked'),
      })
      .describe('Which versions can be asked'),
    dynamic_batching: z
      .object({
        max_queue_delay_microseconds: z
          .number()
          .int()
          .describe('Never waits for company, an integer of µs: 0'),
        priority_levels: z.number().int().describe('Levels of `priority`, count'),
        default_priority_level: z.number().int().describe('Level without one, an integer'),
      })
      .describe('How requests share runs'),
  })
  .meta({ id: 'ModelConfig' });
export type ModelConfigReply = z.infer<typeof ModelConfigReply>;
export const RepositoryIndexRequest = z
  .object({ ready: z.boolean().nullish().describe('Only what can be asked now') })
  .meta({ id: 'RepositoryIndexRequest' });
export type RepositoryIndexRequest = z.infer<typeof RepositoryIndexRequest>;

export const RepositoryIndexReply = z
  .array(
    z.object({
      name: z.string().describe('Name of the model'),
      version: z.string().describe('Version of the model'),
      state: z.enum(['READY', 'LOADING', 'UNAVAILABLE']).describe('READY: can be asked'),
      reason: z.string().describe('Why it is in that state; empty when nothing is to be said'),
    }),
  )
  .meta({ id: 'RepositoryIndex' });
export type RepositoryIndexReply = z.infer<typeof RepositoryIndexReply>;

const version = z
  .union([z.string().regex(/^[1-9]\d{0,8}$/), z.number().int().min(1).max(999_999_999)])
  .transform(Number);
export const RepositoryLoadRequest = z
  .object({
    parameters: z
      .object({ version: version.nullish().describe('Which version, an integer; without one the newest') })
      .catchall(z.union([z.string(), z.number(), z.boolean()]))
      .nullish()
      .describe('`config` and `file:…` are refused: models come from the registry'),
  })
  .meta({ id: 'RepositoryLoadRequest' });
export type RepositoryLoadRequest = z.infer<typeof RepositoryLoadRequest>;

export const RepositoryUnloadRequest = z
  .object({
    parameters: z
      .object({
        version: version.nullish().describe('Which version, an integer; without one all that are loaded'),
        unload_dependents: z.boolean().nullish().describe('Does nothing: no model depends on another'),
      })
      .catchall(z.union([z.string(), z.number(), z.boolean()]))
      .nullish(),
  })
  .meta({ id: 'RepositoryUnloadRequest' });
export type RepositoryUnloadRequest = z.infer<typeof RepositoryUnloadRequest>;

export const ModelLoadReply = z
  .object({ name: z.string().describe('Name of the model'), load: z.literal(true).describe('It is loaded') })
  .meta({ id: 'ModelLoad' });
export const ModelUnloadReply = z
  .object({
    name: z.string().describe('Name of the model'),
    unload: z.literal(true).describe('It is unloaded'),
  })
  .meta({ id: 'ModelUnload' });

const Duration = z
  .object({
    count: z.number().int().nonnegative().describe('How often, count'),
    ns: z.number().int().nonnegative().describe('How long all together, an integer of nanoseconds'),
  })
  .meta({ id: 'StatisticDuration' });
export type StatisticDuration = z.infer<typeof Duration>;

const compute = {
  compute_input: Duration.describe('Laying the rows of the callers end to end'),
  compute_infer: Duration.describe('Running the graph'),
  compute_output: Duration.describe('Giving each caller its rows'),
};

export const ModelStatistics = z
  .object({
    name: z.string().describe('Name of the model'),
    version: z.string().describe('Version of the model'),
    last_inference: z
      .number()
      .int()
      .describe('When it was asked last, milliseconds since the epoch; 0: never'),
    inference_count: z.number().int().nonnegative().describe('Rows answered, count'),
    execution_count: z.number().int().nonnegative().describe('Runs of the graph, count'),
    inference_stats: z
      .object({
        success: Duration.describe('Requests answered, waiting included'),
        fail: Duration.describe('Requests that failed'),
        queue: Duration.describe('Waiting for the run before'),
        ...compute,
        cache_hit: Duration.describe('There is no cache'),
        cache_miss: Duration.describe('There is no cache'),
      })
      .describe('Over requests; a run counts for each request in it'),
    batch_stats: z
      .array(
        z.object({ batch_size: z.number().int().positive().describe('Rows of a run, count'), ...compute }),
      )
      .describe('Over runs, by their number of rows'),
  })
  .meta({ id: 'ModelStatistics' });
export type ModelStatistics = z.infer<typeof ModelStatistics>;

export const ModelStatisticsReply = z
  .object({
    model_stats: z.array(ModelStatistics).describe('Of the instance that answers, since it started'),
  })
  .meta({ id: 'ModelStatisticsReply' });
export type ModelStatisticsReply = z.infer<typeof ModelStatisticsReply>;
