import { marketDataRpc } from '@btcforecast/contracts';
import { jobHandlers, JobRunner, RpcClient, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';

/** One gap is at most a few pages of the venue's history. */
const REPAIR_DEADLINE_MS = 60_000;
/** Years of minute candles, within the venue's rate limit. A caller that stops waiting loses nothing. */
const BACKFILL_DEADLINE_MS = 15 * 60_000;

/** Fetching candles again: done by market-data, which owns the connection to the venue. */
@QueueProcessor('data_processing', { concurrency: 2 })
export class DataProcessingProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('data_processing', {
    repair_gap: ({ gapId }) =>
      this.rpc.call(marketDataRpc.repairGap, { gapId }, { deadlineMs: REPAIR_DEADLINE_MS }),
    backfill: ({ instrument, interval, from, to }) =>
      this.rpc.call(
        marketDataRpc.backfill,
        { instrument, interval, from, to },
        { deadlineMs: BACKFILL_DEADLINE_MS },
      ),
  });

  constructor(
    private readonly rpc: RpcClient,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
