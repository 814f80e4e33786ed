import { predictionRpc, type TrackRecordProof, type TrackRecordReply } from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { RecordReads } from './record-reads.js';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class TrackRecordController {
  constructor(private readonly reads: RecordReads) {}

  @Rpc(predictionRpc.trackRecord)
  page({ after, limit }: Body<'trackRecord'>): Promise<TrackRecordReply> {
    return this.reads.record.read((from) => from.page(after, limit));
  }

  @Rpc(predictionRpc.trackRecordProof)
  proof({ id, limits }: Body<'trackRecordProof'>): Promise<TrackRecordProof> {
    return this.reads.record.read((from) => from.proof(id, limits));
  }
}
