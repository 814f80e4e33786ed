import { predictionRpc, type TrackRecordProof, type TrackRecordReply } from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { TrackRecordQueries } from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class TrackRecordController {
  constructor(private readonly record: TrackRecordQueries) {}

  @Rpc(predictionRpc.trackRecord)
  page({ after, limit }: Body<'trackRecord'>): Promise<TrackRecordReply> {
    return this.record.page(after, limit);
  }

  @Rpc(predictionRpc.trackRecordProof)
  proof({ id, limits }: Body<'trackRecordProof'>): Promise<TrackRecordProof> {
    return this.record.proof(id, limits);
  }
}
