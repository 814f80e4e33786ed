import {
  predictionRpc,
  type ForecastHistoryReply,
  type PerformanceReply,
  type ProbabilityReply,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { ForecastQueries, PerformanceService, type LatestAnswer } from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class ForecastController {
  constructor(
    private readonly forecasts: ForecastQueries,
    private readonly performances: PerformanceService,
  ) {}

  @Rpc(predictionRpc.latestForecasts)
  latest(question: Body<'latestForecasts'>): Promise<LatestAnswer> {
    return this.forecasts.latest(question);
  }

  @Rpc(predictionRpc.probability)
  probability(question: Body<'probability'>): Promise<ProbabilityReply> {
    return this.forecasts.probability(question);
  }

  @Rpc(predictionRpc.forecastHistory)
  history(question: Body<'forecastHistory'>): Promise<ForecastHistoryReply> {
    return this.forecasts.history(question);
  }

  @Rpc(predictionRpc.forecastById)
  byId({ id, limits }: Body<'forecastById'>): Promise<ScoredForecastReply> {
    return this.forecasts.byId(id, limits);
  }

  @Rpc(predictionRpc.performance)
  performance({ instrument, horizon, window }: Body<'performance'>): Promise<PerformanceReply> {
    return this.performances.performance(instrument, horizon, window);
  }
}
