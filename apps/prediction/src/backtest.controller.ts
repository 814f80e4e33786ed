import { predictionRpc, type BacktestReply, type BacktestsReply } from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { BacktestService } from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class BacktestController {
  constructor(private readonly backtests: BacktestService) {}

  @Rpc(predictionRpc.startBacktest)
  start({ request, asker, actor }: Body<'startBacktest'>): Promise<BacktestReply> {
    return this.backtests.start(request, asker, actor);
  }

  @Rpc(predictionRpc.findBacktest)
  find({ id, asker }: Body<'findBacktest'>): Promise<BacktestReply> {
    return this.backtests.find(asker, id);
  }

  @Rpc(predictionRpc.listBacktests)
  list({ asker, ...page }: Body<'listBacktests'>): Promise<BacktestsReply> {
    return this.backtests.list(asker, page);
  }

  @Rpc(predictionRpc.cancelBacktest)
  cancel({ id, asker }: Body<'cancelBacktest'>): Promise<BacktestReply> {
    return this.backtests.cancel(asker, id);
  }
}
