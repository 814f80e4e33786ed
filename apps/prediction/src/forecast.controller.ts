import {
  predictionRpc,
  type ForecastHistoryReply,
  type PerformanceReply,
  type ProbabilityReply,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import type { LatestAnswer } from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { RecordReads } from './record-reads.js';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class ForecastController {
  constructor(private readonly reads: RecordReads) {}

  @Rpc(predictionRpc.latestForecasts)
  latest(question: Body<'latestForecasts'>): Promise<LatestAnswer> {
    return this.reads.forecasts.read((from) => from.latest(question), { newest: true });
  }

  @Rpc(predictionRpc.probability)
  probability(question: Body<'probability'>): Promise<ProbabilityReply> {
    return this.reads.forecasts.read((from) => from.probability(question), { newest: true });
  }

  @Rpc(predictionRpc.forecastHistory)
  history(question: Body<'forecastHistory'>): Promise<ForecastHistoryReply> {
    return this.reads.forecasts.read((from) => from.history(question));
  }

  @Rpc(predictionRpc.forecastById)
  byId({ id, limits }: Body<'forecastById'>): Promise<ScoredForecastReply> {
    return this.reads.forecasts.read((from) => from.byId(id, limits));
  }

  @Rpc(predictionRpc.performance)
  performance({ instrument, horizon, window }: Body<'performance'>): Promise<PerformanceReply> {
    return this.reads.performances.read((from) => from.performance(instrument, horizon, window));
  }
}
