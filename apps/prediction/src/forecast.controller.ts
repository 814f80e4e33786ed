import {
  predictionRpc,
  type ForecastHistoryReply,
  type ForecastsReply,
  type PerformanceReply,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { ForecastQueries, PerformanceService } from '@btcforecast/prediction';
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
  latest({ instrument, horizons }: Body<'latestForecasts'>): Promise<ForecastsReply> {
    return this.forecasts.latest(instrument, horizons);
  }

  @Rpc(predictionRpc.forecastHistory)
  history(question: Body<'forecastHistory'>): Promise<ForecastHistoryReply> {
    return this.forecasts.history(question);
  }

  @Rpc(predictionRpc.forecastById)
  byId({ id }: Body<'forecastById'>): Promise<ScoredForecastReply> {
    return this.forecasts.byId(id);
  }

  @Rpc(predictionRpc.performance)
  performance({ instrument, horizon, window }: Body<'performance'>): Promise<PerformanceReply> {
    return this.performances.performance(instrument, horizon, window);
  }
}
