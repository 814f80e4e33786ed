import { SetMetadata } from '@nestjs/common';
import type { QueueName } from '@btcforecast/contracts';

export interface QueueWorkerOptions {
  /** Jobs of the queue that run at the same time in this process; default 1. */
  readonly concurrency?: number;
  /** How long a silent process keeps its jobs before another takes them over, milliseconds. */
  readonly lockDurationMs?: number;
}

export interface ProcessedQueue {
  readonly queue: QueueName;
  readonly options: QueueWorkerOptions;
}

/** Metadata key under which the queue of a class is found. */
export const PROCESSED_QUEUE = 'btcforecast:processed-queue';

/** Marks the class (a WorkerHost) that runs the jobs of a queue; see QueuesModule. */
export function QueueProcessor(queue: QueueName, options: QueueWorkerOptions = {}): ClassDecorator {
  const mark: ProcessedQueue = { queue, options };
  return SetMetadata(PROCESSED_QUEUE, mark);
}
