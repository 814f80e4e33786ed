import { z } from 'zod';
import { TenantId } from './access.js';

const Day = z.iso.date('must be a day such as 2026-11-28');
const count = z.number().int().nonnegative();
const LONGEST_DAYS = 100;

export const UsageQuery = z
  .object({
    from: Day.optional().describe('First day (UTC); default: 30 days before the last'),
    to: Day.optional().describe('Last day (UTC), included; default: today'),
    tenant: TenantId.optional().describe('Whose usage; only an admin may name another tenant than its own'),
  })
  .superRefine(({ from, to }, context) => {
    if (!from || !to) return;
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
    if (days < 0) context.addIssue({ code: 'custom', path: ['from'], message: 'must not be after to' });
    if (days < LONGEST_DAYS) return;
    context.addIssue({
      code: 'custom',
      path: ['from'],
      message: `must be at most ${LONGEST_DAYS} days before to`,
    });
  });
export type UsageQuery = z.infer<typeof UsageQuery>;

const LimitState = z.object({
  limit: count.describe('Units in each window, an integer'),
  remaining: count.describe('Units left in this window, an integer, as far as this gateway knows'),
  windowSeconds: count.describe('Length of the window, an integer of seconds'),
  resetSeconds: count.describe('Time until this window ends, an integer of seconds'),
});

const UsageCounts = z.object({
  requests: count.describe('Count of requests that were let in'),
  units: count.describe('What they cost, a count of units'),
  refused: count.describe('Count of requests that a quota refused; they cost nothing'),
});

export const UsageReply = z
  .object({
    tenant: TenantId,
    tier: z.string().describe('Name of its tier'),
    limits: z
      .object({
        burst: LimitState.nullable().describe('Units a minute (counts); null: as many as it likes'),
        daily: LimitState.nullable().describe('Units a day (UTC; counts)'),
        concurrent: z
          .object({
            limit: count.describe('Count of requests at the same time, on one gateway'),
            inFlight: count.describe('Count of requests that this gateway is answering'),
          })
          .nullable()
          .describe('Requests being answered at the same time (counts)'),
      })
      .describe('What it may use, and how much of that is left'),
    data: z
      .array(
        UsageCounts.extend({
          day: z.iso.date().describe('Day (UTC)'),
          routes: z
            .array(
              UsageCounts.extend({ route: z.string().describe('Method and path, as in the API document') }),
            )
            .describe('The same by route'),
        }),
      )
      .describe('Days on which anything was asked, latest first'),
  })
  .meta({ id: 'Usage' });
export type UsageReply = z.infer<typeof UsageReply>;
