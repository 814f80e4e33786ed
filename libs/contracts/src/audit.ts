import { z } from 'zod';
import { TenantId } from './access.js';
import { nextPage, PageQuery } from './paging.js';
import { Instant, InstantInput } from './primitives.js';

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hexadecimal');

export const AUDIT_OUTCOMES = ['done', 'failed', 'refused', 'unknown'] as const;
export const AuditOutcome = z.enum(AUDIT_OUTCOMES);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

export const AUDIT_ACTOR_KINDS = ['key', 'client', 'session', 'system', 'anonymous'] as const;

const text = (what: string) => z.string().describe(what);

/** What an entry says, as it is hashed; docs/audit.md has the form. */
export const AuditBody = z.object({
  id: text('Id of the entry'),
  at: Instant.describe('When it began, wall time, UTC'),
  tenant: z.string().nullable().describe('Whose it is; null: of nobody'),
  kind: z.enum(AUDIT_ACTOR_KINDS).describe('What kind of actor it was'),
  actor: text('Who did it: a key, client or session by its id, a part of the system, or anonymous'),
  action: text('Permission and route'),
  subject: z.string().nullable().describe('What it was done to'),
  address: z.string().nullable().describe('Address it came from'),
  userAgent: z.string().nullable().describe('What the client said it is, shortened'),
  requestId: z.string().nullable().describe('Id of the request, as in x-request-id'),
  outcome: AuditOutcome.describe('unknown: it began, and nobody knows how it ended'),
  status: z.number().int().nullable().describe('HTTP status of the reply'),
  code: z.string().nullable().describe('Code of the problem, if it was answered with one'),
  count: z.number().int().positive().describe('How many alike it stands for, count; above 1 for refusals'),
  detail: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe('What else is known, by name'),
});
export type AuditBody = z.infer<typeof AuditBody>;

export const AuditEntryReply = AuditBody.extend({
  seq: z.number().int().positive().describe('Place in the chain, an integer from 1'),
  hash: Hash.describe('Hash of the entry in the chain'),
}).meta({ id: 'AuditEntry' });
export type AuditEntryReply = z.infer<typeof AuditEntryReply>;

export const AuditQuery = z.object({
  from: InstantInput.optional().describe('Entries that began at or after this'),
  to: InstantInput.optional().describe('Entries that began before this'),
  actor: z.string().min(1).max(100).optional().describe('Of this actor, e.g. key 0123456789ab'),
  action: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Whose action begins with this, e.g. keys:write or models:promote POST'),
  outcome: AuditOutcome.optional().describe('That ended so'),
  tenant: TenantId.optional().describe('Of this tenant; others than the own one are for admins'),
  ...PageQuery.shape,
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditReply = z
  .object({ data: z.array(AuditEntryReply).describe('Newest first'), ...nextPage })
  .meta({ id: 'AuditReply' });
export type AuditReply = z.infer<typeof AuditReply>;

export const AuditExportQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('Entries after this place in the chain, an integer'),
});

/** A line of an export: an entry with its body, or the link alone of one that is somebody else's. */
export const AuditExportEntry = z.object({
  seq: z.number().int().positive(),
  digest: Hash,
  previous: Hash,
  hash: Hash,
  body: z.string().optional(),
});
export type AuditExportEntry = z.infer<typeof AuditExportEntry>;

/** The last line, without which an export is not whole. */
export const AuditExportEnd = z.object({
  end: z.literal(true),
  seq: z.number().int().nonnegative(),
  hash: Hash,
});
export type AuditExportEnd = z.infer<typeof AuditExportEnd>;
