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
    /** Walk a registered version forward beside the champion and the baselines; make it challenger or refuse it. */
    evaluate_candidate: z.object({
      ...feedRef,
      name: z.string(),
      version: z.number().int().positive(),
      until: EpochMs,
    }),
    /** Run a stored backtest request. */
    run_backtest: z.object({ id: z.uuid() }),
  },
  data_processing: {
    repair_gap: z.object({ gapId: z.string() }),
    backfill: z.object({ ...feedRef, interval: Interval, from: EpochMs, to: EpochMs }),
  },
  notifications: {
    /** Tell the operator (incoming-webhook URL of the configuration) about a gap that could not be repaired. */
    announce_gap: z.object({ gapId: z.string() }),
    /** Make the next attempt at a delivery to a webhook endpoint, if it is due. */
    deliver_webhook: z.object({ deliveryId: z.uuid() }),
  },
  analytics: {
    /** Score every forecast of the feed whose target is at or before `until`, and after `since` if that is given. */
    score_due: z.object({ ...feedRef, until: EpochMs, since: EpochMs.optional() }),
    /** Judge challenger, canary and champion by what has matured: promote, refuse or roll back. */
    judge_rollout: z.object({ ...feedRef }),
    /** Advance the sequential tests of drift; ask for training when one is raised. */
    watch_drift: z.object({ ...feedRef }),
  },
  maintenance: {
    ensure_partitions: z.object({}),
    void_overdue: z.object({ ...feedRef }),
    /** Enter what arrived into the chain and sign the hours that have ended. */
    extend_track_record: z.object({}),
    /** Delete kept replies that are past their time. */
    prune_idempotency_keys: z.object({}),
    /** Enter what the system did to models by itself into the audit log. */
    audit_model_moves: z.object({}),
    /** Copy a version and its evidence to the MLflow server of the configuration. */
    mirror_model: z.object({ name: z.string(), version: z.number().int().positive() }),
  },
} as const satisfies Record<QueueName, Record<string, z.ZodType>>;

export type JobName<Q extends QueueName> = keyof (typeof JOBS)[Q] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> = (typeof JOBS)[Q][J] extends z.ZodType
  ? z.infer<(typeof JOBS)[Q][J]>
  : never;
