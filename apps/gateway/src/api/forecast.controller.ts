import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ForecastHistoryQuery,
  ForecastHistoryReply,
  ForecastId,
  ForecastReply,
  ForecastsReply,
  Horizon,
  InstrumentId,
  LatestForecastQuery,
  predictionRpc,
  ScoredForecastReply,
} from '@btcforecast/contracts';
import { RpcClient } from '@btcforecast/platform';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForecastReplies } from '../forecasts/forecast-replies.js';
import { ForecastService } from '../forecasts/forecast.service.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Queries } from './queries.decorator.js';
import { Replies, RepliesOneOf } from './replies.decorator.js';

const latestQuery = querySchema(LatestForecastQuery);
const historyQuery = querySchema(ForecastHistoryQuery);

@ApiTags('forecasts')
@Controller('v1/forecasts')
export class ForecastController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly forecasts: ForecastService,
    private readonly replies: ForecastReplies,
  ) {}

  @Get(':instrument')
  @RouteConfig({ cached: true })
  @Queries(latestQuery, { horizon: { of: Horizon, default: ['24h'] } })
  @RepliesOneOf(
    [ForecastReply, ForecastsReply],
    'The newest forecast: one horizon gives the forecast itself, several a list in the order asked',
  )
  async latest(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: latestQuery }) { horizon: horizons }: LatestForecastQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const answer = await this.forecasts.latest({ instrument, horizons }, request.raw.url ?? '');
    return this.replies.prepare(request, reply, answer);
  }

  @Get(':instrument/history')
  @Queries(historyQuery)
  @Replies(ForecastHistoryReply, 'Past forecasts with their outcomes, newest origin first')
  history(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: historyQuery }) query: ForecastHistoryQuery,
  ): Promise<ForecastHistoryReply> {
    return this.rpc.call(predictionRpc.forecastHistory, { instrument, ...query });
  }

  @Get('by-id/:id')
  @Replies(ScoredForecastReply, 'One forecast by its id, with its outcome once it has matured')
  byId(
    @Param('id', { schema: ForecastId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<ScoredForecastReply> {
    return this.rpc.call(predictionRpc.forecastById, { id });
  }
}
