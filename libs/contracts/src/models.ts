import { z } from 'zod';
import { nextPage } from './paging.js';
import { Horizon, Instant, InstrumentId, Source } from './primitives.js';

export const ModelName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower case letters, digits, _ or -, e.g. har')
  .describe('Name of a model');
export const ModelVersionNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(999_999_999)
  .describe('Version of the model, an increasing integer');
/** `name@version`, the form in which a version is written everywhere. */
export const ModelReferenceText = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}@[1-9]\d{0,8}$/, 'must be <name>@<version>, e.g. har@1')
  .meta({ id: 'ModelReference', description: 'A version of a model, written name@version' });

/**
 * champion: answers; challenger: forecasts the same origins beside it and is scored (shadow); canary: the challenger
 * answers a share of the requests.
 */
export const ALIASES = ['champion', 'challenger', 'canary'] as const;
export const Alias = z.enum(ALIASES).meta({
  id: 'Alias',
  description:
    'champion answers; challenger forecasts the same origins and is only scored; canary answers a share of requests',
});
export type Alias = z.infer<typeof Alias>;

export const MODEL_STATUSES = ['shipped', 'candidate', 'uploaded'] as const;
export const ModelStatus = z.enum(MODEL_STATUSES).meta({
  id: 'ModelStatus',
  description: 'Where a version comes from: with the program, from training here, or from a user',
});
export type ModelStatus = z.infer<typeof ModelStatus>;

/** The steps of a model's life that leave evidence. */
export const EVALUATION_KINDS = ['technical', 'walk_forward', 'shadow', 'canary', 'live'] as const;
export const EvaluationKind = z.enum(EVALUATION_KINDS).meta({
  id: 'EvaluationKind',
  description:
    'technical: loads, answers as promised, in time; walk_forward: beside the champion on past origins; ' +
    'shadow: beside it on live origins; canary: while answering a share of requests; live: as champion',
});
export type EvaluationKind = z.infer<typeof EvaluationKind>;

export const EvaluationCheck = z
  .object({
    name: z.string().describe('What was checked'),
    passed: z.boolean().describe('Whether it was as it must be'),
    detail: z.string().describe('What was found, with numbers'),
  })
  .meta({ id: 'EvaluationCheck' });
export type EvaluationCheck = z.infer<typeof EvaluationCheck>;

export const EvaluationReply = z
  .object({
    id: z.string().describe('Number of the record'),
    kind: EvaluationKind,
    verdict: z.enum(['passed', 'refused']).describe('What came of it'),
    model: ModelReferenceText.nullable().describe('null: refused before it became a version'),
    sha256: z.string().describe('SHA-256 of the graph, hexadecimal'),
    instrument: InstrumentId.nullable().describe('On whose candles; null: on none in particular'),
    checks: z.array(EvaluationCheck).describe('All that was checked; a refusal names each that failed'),
    evidence: z.record(z.string(), z.unknown()).describe('Numbers behind the verdict'),
    decidedAt: Instant.describe('Event time of the decision, UTC'),
  })
  .meta({ id: 'Evaluation' });
export type EvaluationReply = z.infer<typeof EvaluationReply>;

export const AliasMoveReply = z
  .object({
    id: z.string().describe('Number of the move'),
    instrument: InstrumentId,
    alias: Alias,
    from: ModelReferenceText.nullable().describe('Who held it before'),
    to: ModelReferenceText.nullable().describe('Who holds it from then on; null: nobody'),
    share: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Share of requests that a canary answers, 0 to 1; null for the others'),
    effectiveOrigin: Instant.describe('First origin that it holds for, UTC'),
    actor: z.string().describe('Who moved it: a policy, or a key by its id'),
    reason: z.string().describe('Why'),
    evaluation: z.string().nullable().describe('Number of the evaluation it rests on'),
    movedAt: Instant.describe('Event time of the move, UTC'),
  })
  .meta({ id: 'AliasMove' });
export type AliasMoveReply = z.infer<typeof AliasMoveReply>;

const Span = z.object({
  from: Instant.describe('Open time of the first candle, UTC'),
  to: Instant.describe('Close time of the last candle, UTC'),
});

export const ModelSummary = z
  .object({
    reference: ModelReferenceText,
    name: z.string().describe('Name of the model'),
    version: z.number().int().positive().describe('Version of the model, an increasing integer'),
    family: z.string().describe('How it was made'),
    status: ModelStatus,
    instruments: z.array(z.string()).describe('Instruments it was trained on; empty: unknown'),
    trainingSpan: Span.nullable().describe('Candles that it has seen; null: unknown'),
    dataSha256: z.string().nullable().describe('Digest of these candles; null: unknown'),
    codeVersion: z.string().nullable().describe('Program that trained it; null: unknown'),
    sha256: z.string().describe('SHA-256 of the graph, hexadecimal'),
    bytes: z.number().int().positive().describe('Size of the graph, an integer of bytes'),
    createdAt: Instant.describe('When it was registered, UTC'),
    aliases: z
      .array(
        z.object({
          instrument: InstrumentId,
          alias: Alias,
          since: Instant.nullable().describe('First origin it holds for, UTC; null: by configuration'),
        }),
      )
      .describe('What it is now'),
    lastVerdict: EvaluationReply.pick({ kind: true, verdict: true, decidedAt: true })
      .nullable()
      .describe('Newest evaluation; null: none'),
  })
  .meta({ id: 'ModelSummary' });
export type ModelSummary = z.infer<typeof ModelSummary>;

export const ModelsReply = z
  .object({
    data: z.array(ModelSummary).describe('By name, newest version first'),
    ...nextPage,
    source: Source,
  })
  .meta({ id: 'ModelsReply' });
export type ModelsReply = z.infer<typeof ModelsReply>;

/** One finding of a sequential test. */
export const DriftSignal = z
  .object({
    test: z
      .enum(['pit', 'coverage', 'skill', 'input'])
      .describe(
        'pit: uniformity of the probability integral transform; coverage: of the 80 % interval; skill: against the ' +
          'best baseline; input: distribution of a feature',
      ),
    horizon: Horizon.nullable().describe('Horizon whose forecasts are tested; null for a feature'),
    feature: z.string().nullable().describe('Feature that is tested; null unless the test is input'),
    state: z.enum(['quiet', 'raised']).describe('raised: it counts as drift'),
    statistic: z
      .number()
      .describe('Evidence of drift now: log10 of the e-value, or of its running maximum, dimensionless'),
    threshold: z.number().describe('From here on it counts as drift, dimensionless'),
    since: Instant.nullable().describe('Origin at which it was raised, UTC'),
    n: z.number().int().nonnegative().describe('Forecasts or origins looked at, count'),
  })
  .meta({ id: 'DriftSignal' });
export type DriftSignal = z.infer<typeof DriftSignal>;

export const ModelReply = ModelSummary.extend({
  manifest: z.record(z.string(), z.unknown()).describe('The record that travels with the graph'),
  card: z.string().describe('Model card generated from this record, Markdown'),
  evaluations: z.array(EvaluationReply).describe('Newest first'),
  moves: z.array(AliasMoveReply).describe('Of aliases to or from it, newest first'),
  drift: z.array(DriftSignal).describe('Of its live forecasts; empty while it has none'),
}).meta({ id: 'Model' });
export type ModelReply = z.infer<typeof ModelReply>;

export const ModelGraphReply = z
  .object({
    reference: ModelReferenceText,
    sha256: z.string().describe('SHA-256 of the graph, hexadecimal'),
    onnx: z.base64().describe('The graph, base64'),
  })
  .meta({ id: 'ModelGraph' });
export type ModelGraphReply = z.infer<typeof ModelGraphReply>;

export const AliasHolderReply = z
  .object({
    alias: Alias,
    model: ModelReferenceText,
    since: Instant.nullable().describe('First origin it holds for, UTC; null: by configuration'),
    reason: z
      .string()
      .describe('Why it was moved there; configured: nobody moved it, the configuration names it'),
  })
  .meta({ id: 'AliasHolder' });
export type AliasHolderReply = z.infer<typeof AliasHolderReply>;

export const AliasHistoryReply = z
  .object({
    instrument: InstrumentId,
    current: z.array(AliasHolderReply).describe('Who holds what now; empty: the feed does not follow it'),
    data: z.array(AliasMoveReply).describe('Newest first'),
    ...nextPage,
    source: Source,
  })
  .meta({ id: 'AliasHistoryReply' });
export type AliasHistoryReply = z.infer<typeof AliasHistoryReply>;

const Reason = z
  .string()
  .trim()
  .min(3, 'must say why, in 3 to 500 characters')
  .max(500, 'must say why, in 3 to 500 characters')
  .describe('Why; kept for ever');

export const PromoteRequest = z
  .object({
    instrument: InstrumentId.default('BTC-USD'),
    alias: z
      .enum(['champion', 'challenger'])
      .default('champion')
      .describe('challenger starts shadow scoring; champion answers'),
    reason: Reason,
    override: z
      .boolean()
      .default(false)
      .describe('Promote without shadow evidence; never past a failed technical check; kept for ever'),
  })
  .meta({ id: 'PromoteRequest' });
export type PromoteRequest = z.infer<typeof PromoteRequest>;

export const RollbackRequest = z
  .object({
    instrument: InstrumentId.default('BTC-USD'),
    reason: Reason,
  })
  .meta({ id: 'RollbackRequest' });
export type RollbackRequest = z.infer<typeof RollbackRequest>;

/** The largest graph that is accepted, bytes. */
export const MODEL_MAX_BYTES = 1024 * 1024;

export const UploadModelRequest = z
  .object({
    name: ModelName,
    onnx: z
      .base64('must be base64')
      .max(Math.ceil(MODEL_MAX_BYTES / 3) * 4, 'must be at most 1 MiB once decoded')
      .describe('The graph, base64; at most 1 MiB decoded, self-contained'),
    manifest: z
      .record(z.string(), z.unknown())
      .describe('What the graph reads and writes, its golden rows; see /docs/models'),
  })
  .meta({ id: 'UploadModelRequest' });
export type UploadModelRequest = z.infer<typeof UploadModelRequest>;
