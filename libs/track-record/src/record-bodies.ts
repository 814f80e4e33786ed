import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { BrokenRecordError } from './broken-record.error.js';
import { isInstant } from './record-hour.js';
import type { KeyBody } from './record-keys.js';
import type { RecordEntry } from './record-entry.js';

/** Levels of all quantiles in format 1 of the record. */
export const RECORD_LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;

const instant = z.string().refine(isInstant, 'must be an instant in UTC with milliseconds');
const quantiles = z
  .array(z.number())
  .length(RECORD_LEVELS.length)
  .refine((values) => values.every((value, i) => i === 0 || value >= values[i - 1]!), 'must not fall');

/** Body of an entry of kind `forecast`: what was said, by whom, when, and all that scoring it needs. */
export const ForecastBody = z.strictObject({
  feed: z.string(),
  source: z.enum(['live', 'replay', 'demo']),
  instrument: z.string(),
  venue: z.string(),
  origin: instant,
  horizonHours: z.int().positive(),
  target: instant,
  /** <name>@<version> */
  model: z.string(),
  role: z.enum(['champion', 'challenger']),
  canonical: z.boolean(),
  /** Close at the origin, quote currency. */
  price: z.number().positive(),
  /** Of the log return, at RECORD_LEVELS. */
  quantiles,
  probabilityUp: z.number().min(0).max(1),
  volatility: z.number().positive(),
  baselines: z.record(z.string(), quantiles),
  /** Event time. */
  issuedAt: instant,
  /** Wall time of arrival at the primary. */
  recordedAt: instant,
  timeliness: z.enum(['on_time', 'late', 'backfilled']),
  inSample: z.boolean(),
  /** There when it entered at or after its target; it proves nothing then. */
  unproven: z.literal(true).optional(),
});
export type ForecastBody = z.infer<typeof ForecastBody>;

const times = { maturedAt: instant, scoredAt: instant };

/** Body of an entry of kind `outcome`. */
export const OutcomeBody = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('matured'),
    close: z.number().positive(),
    logReturn: z.number(),
    pinball: z.number(),
    crps: z.number(),
    pit: z.number(),
    covered50: z.boolean(),
    covered80: z.boolean(),
    covered90: z.boolean(),
    directionHit: z.boolean().nullable(),
    baselinePinball: z.record(z.string(), z.number()),
    ...times,
  }),
  z.strictObject({ state: z.literal('void'), ...times }),
]);
export type OutcomeBody = z.infer<typeof OutcomeBody>;

const KeyBodySchema: z.ZodType<KeyBody> = z.strictObject({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.string(),
  previousKeyId: z.string().nullable(),
  signature: z.string(),
});

const SCHEMAS = { forecast: ForecastBody, outcome: OutcomeBody, key: KeyBodySchema };
type BodyOf<K extends keyof typeof SCHEMAS> = z.output<(typeof SCHEMAS)[K]>;

/** @throws BrokenRecordError when the body is not of that kind, or not written canonically */
export function parseBody<K extends keyof typeof SCHEMAS>(kind: K, entry: RecordEntry): BodyOf<K> {
  const value = jsonOf(entry);
  const { data, error } = SCHEMAS[kind].safeParse(value);
  if (error) {
    const [issue] = error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new BrokenRecordError(`entry ${entry.seq}: its body is no ${kind}: ${where} ${issue?.message}`);
  }
  if (canonicalJson(value) !== entry.body) {
    throw new BrokenRecordError(`entry ${entry.seq}: its body is not written canonically`);
  }
  return data as BodyOf<K>;
}

function jsonOf({ seq, body }: RecordEntry) {
  try {
    return JSON.parse(body);
  } catch {
    throw new BrokenRecordError(`entry ${seq}: its body is not JSON`);
  }
}
