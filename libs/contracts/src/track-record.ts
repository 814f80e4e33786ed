import { z } from 'zod';
import { Instant, Source } from './primitives.js';

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hexadecimal');

export const TRACK_RECORD_KINDS = ['key', 'forecast', 'outcome'] as const;

/** One link of the chain; docs/track-record.md says what is hashed. */
export const TrackRecordEntry = z
  .object({
    seq: z.number().int().positive().describe('Place in the chain, an integer from 1 without gaps'),
    kind: z.enum(TRACK_RECORD_KINDS).describe('What is recorded'),
    subject: z.string().describe('Id of the forecast, or of the signing key'),
    enteredAt: Instant.describe('Wall time of entry into the chain at the primary, UTC'),
    body: z.string().describe('Canonical JSON of what is recorded'),
    previous: Hash.describe('Hash of the entry before; 64 zeros for the first'),
    hash: Hash.describe('Hash of this entry'),
  })
  .meta({ id: 'TrackRecordEntry' });
export type TrackRecordEntry = z.infer<typeof TrackRecordEntry>;

export const TrackRecordRoot = z
  .object({
    hour: Instant.describe('Start of the hour of entry, UTC'),
    firstSeq: z.number().int().positive().describe('First entry of the hour, an integer'),
    lastSeq: z.number().int().positive().describe('Last entry of the hour, an integer'),
    root: Hash.describe("Merkle root over the hour's entry hashes"),
    previousRoot: Hash.describe('Root of the hour before that has one; 64 zeros for the first'),
    keyId: z.string().describe('Key that signed'),
    signature: z.string().describe('ed25519 signature of the canonical root statement, base64'),
    signedAt: Instant.describe('Wall time of signing, UTC'),
  })
  .meta({ id: 'TrackRecordRoot' });
export type TrackRecordRoot = z.infer<typeof TrackRecordRoot>;

export const TrackRecordKey = z
  .object({
    keyId: z.string().describe('First 16 hexadecimal digits of the SHA-256 of the public key'),
    publicKey: z.string().describe('ed25519 public key, raw 32 bytes, base64'),
    since: z
      .number()
      .int()
      .positive()
      .describe('Entry that introduces it, an integer; signed by the key before'),
  })
  .meta({ id: 'TrackRecordKey' });
export type TrackRecordKey = z.infer<typeof TrackRecordKey>;

export const TrackRecordQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0).describe('Entries after this place'),
  limit: z.coerce.number().int().min(1).max(1000).default(500).describe('Entries per page'),
});
export type TrackRecordQuery = z.infer<typeof TrackRecordQuery>;

export const TrackRecordReply = z
  .object({
    format: z.literal(1).describe('Version of this form, an integer'),
    source: Source,
    entries: z.array(TrackRecordEntry).describe('In the order of the chain'),
    roots: z.array(TrackRecordRoot).describe('Of the hours that end within this page'),
    keys: z.array(TrackRecordKey).describe('All signing keys, oldest first'),
    next: z
      .number()
      .int()
      .nullable()
      .describe('Pass as after for the next page, an integer; null at the end'),
  })
  .meta({ id: 'TrackRecord' });
export type TrackRecordReply = z.infer<typeof TrackRecordReply>;

export const TrackRecordProof = z
  .object({
    entry: TrackRecordEntry,
    path: z
      .array(z.object({ side: z.enum(['left', 'right']).describe('Where the sibling stands'), hash: Hash }))
      .describe('Sibling hashes from the entry up to the root'),
    root: TrackRecordRoot,
    keys: z.array(TrackRecordKey).describe('All signing keys, oldest first'),
  })
  .meta({ id: 'TrackRecordProof' });
export type TrackRecordProof = z.infer<typeof TrackRecordProof>;
