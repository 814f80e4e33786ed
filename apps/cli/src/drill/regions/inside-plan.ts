import { z } from 'zod';

/** What is asked of the process inside of the namespaces. */
export const InsidePlan = z.object({
  folder: z.string(),
  drills: z.array(z.string()),
  regions: z.array(
    z.object({
      name: z.string(),
      number: z.number(),
      primary: z.boolean(),
      gateways: z.number(),
      predictions: z.number(),
      workers: z.number(),
      networks: z.array(z.string()),
      spillsTo: z.array(z.string()),
    }),
  ),
  /** Milliseconds one way, between regions in turn. */
  delays: z.array(z.number()),
  logs: z.string().optional(),
});
export type InsidePlan = z.infer<typeof InsidePlan>;

/** What it tells of each drill. */
export const InsideResult = z.object({
  drill: z.string(),
  findings: z
    .object({
      detectionMs: z.number().nullable(),
      recoveryMs: z.number(),
      requests: z.number(),
      failed: z.number(),
      lost: z.number(),
      broken: z.array(z.string()).readonly(),
      remarks: z.array(z.string()).readonly(),
    })
    .nullable(),
  error: z.string().optional(),
});
export type InsideResult = z.infer<typeof InsideResult>;
