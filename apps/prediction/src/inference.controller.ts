import { inferenceRpc, type ModelStatisticsReply } from '@btcforecast/contracts';
import { Rpc, type RpcCall } from '@btcforecast/platform';
import { type Answers, InferenceService } from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';

type Body<M extends keyof typeof inferenceRpc> = z.output<(typeof inferenceRpc)[M]['request']>;
type Reply<M extends keyof typeof inferenceRpc> = z.output<(typeof inferenceRpc)[M]['reply']>;

@Controller()
export class InferenceController {
  constructor(private readonly inference: InferenceService) {}

  @Rpc(inferenceRpc.infer)
  infer(questions: Body<'infer'>, call: RpcCall): Promise<Answers> {
    return this.inference.infer(questions, call);
  }

  @Rpc(inferenceRpc.models)
  models({ name }: Body<'models'>): Promise<Reply<'models'>> {
    return this.inference.models(name);
  }

  @Rpc(inferenceRpc.statistics)
  statistics({ name, version }: Body<'statistics'>): Promise<ModelStatisticsReply> {
    return this.inference.statistics(name, version);
  }

  @Rpc(inferenceRpc.load)
  load(request: Body<'load'>): Promise<Reply<'load'>> {
    return this.inference.load(request);
  }

  @Rpc(inferenceRpc.unload)
  unload(request: Body<'unload'>): Promise<Reply<'unload'>> {
    return this.inference.unload(request);
  }
}
