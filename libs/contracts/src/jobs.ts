import { z } from 'zod';
import { EpochMs, InstrumentId, Interval } from './primitives.js';

export const QUEUES = [
  'model_training',
  'data_processing',
  'notifications',
  'analytics',
  'maintenance',
] as const;
export type QueueName = (typeof QUEUES)[number];

const feedRef = { feed: z.string().min(1), instrument: InstrumentId };

/**
 * Every job of the system: queue, then verb, then payload. A payload holds identifiers only, never series
 * or secrets. The worker refuses to start when a job here has no handler, or two.
 */
export const JOBS = {
  model_training: {
    /** Fit the shipped family on stored candles up to trainEnd and register it as a candidate version. */
    fit_candidate: z.object({ ...feedRef, trainEnd: EpochMs }),
  },
  data_processing: {
    repair_gap: z.object({ gapId: z.string() }),
    backfill: z.object({ ...feedRef, interval: Interval, from: EpochMs, to: EpochMs }),
  },
  notifications: {
    /** Tell the operator (incoming-webhook URL of the configuration) about a gap that could not be repaired. */
    announce_gap: z.object({ gapId: z.string() }),
  },
  analytics: {
    /** Score every forecast of the feed whose target is at or before `until`, and after `since` if that is given. */
    score_due: z.object({ ...feedRef, until: EpochMs, since: EpochMs.optional() }),
  },
  maintenance: {
    ensure_partitions: z.object({}),
    void_overdue: z.object({ ...feedRef }),
  },
} as const satisfies Record<QueueName, Record<string, z.ZodType>>;

export type JobName<Q extends QueueName> = keyof (typeof JOBS)[Q] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> = (typeof JOBS)[Q][J] extends z.ZodType
  ? z.infer<(typeof JOBS)[Q][J]>
  : never;
