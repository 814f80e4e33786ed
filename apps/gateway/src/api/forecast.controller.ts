import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ForecastHistoryQuery,
  ForecastHistoryReply,
  ForecastId,
  ForecastsReply,
  Horizon,
  InstrumentId,
  LatestForecastQuery,
  LatestForecastReply,
  predictionRpc,
  ProbabilityQuery,
  ProbabilityReply,
  ReproductionReply,
  ScoredForecastReply,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bucketOf } from '../forecasts/client-bucket.js';
import { ForecastReplies } from '../forecasts/forecast-replies.js';
import { ForecastService } from '../forecasts/forecast.service.js';
import { Peers } from '../http/peers.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { clientOf, limitsOf } from '../http/request-client.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies, RepliesOneOf } from './replies.decorator.js';

const latestQuery = querySchema(LatestForecastQuery);
const historyQuery = querySchema(ForecastHistoryQuery);
const probabilityQuery = querySchema(ProbabilityQuery);

/** A forecast with a correction is recomputed with all hindcasts that it rests on. */
const REPRODUCE_DEADLINE_MS = 30_000;

@ApiTags('forecasts')
@Controller('v1/forecasts')
export class ForecastController {
  constructor(
    private readonly peers: Peers,
    private readonly forecasts: ForecastService,
    private readonly replies: ForecastReplies,
  ) {}

  @Get(':instrument')
  @Needs('forecasts:read', { cached: true })
  @Queries(latestQuery, {
    horizon: { of: Horizon, default: ['24h'] },
    levels: { of: z.number().gt(0).lt(1) },
  })
  @RepliesOneOf(
    [LatestForecastReply, ForecastsReply],
    'The newest forecast: one horizon gives the forecast itself, several a list in the order asked',
  )
  async latest(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: latestQuery }) { horizon: horizons, levels }: LatestForecastQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | Buffer | undefined> {
    const asker = { url: request.raw.url ?? '', client: clientOf(request) };
    const answer = await this.forecasts.latest({ instrument, horizons, levels }, asker);
    return this.replies.prepare(request, reply, answer);
  }

  @Get(':instrument/history')
  @Needs('forecasts:read', { cost: 2 })
  @Queries(historyQuery)
  @Replies(ForecastHistoryReply, 'Past forecasts with their outcomes, newest origin first')
  history(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: historyQuery }) query: ForecastHistoryQuery,
    @Req() request: FastifyRequest,
  ): Promise<ForecastHistoryReply> {
    return this.peers.call(request, predictionRpc.forecastHistory, { instrument, ...query });
  }

  @Get(':instrument/probability')
  @Needs('forecasts:read')
  @Queries(probabilityQuery)
  @Replies(ProbabilityReply, 'Probability of an event at the target, from the newest forecast')
  probability(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: probabilityQuery }) query: ProbabilityQuery,
    @Req() request: FastifyRequest,
  ): Promise<ProbabilityReply> {
    return this.peers.call(request, predictionRpc.probability, {
      instrument,
      horizon: query.horizon,
      bucket: bucketOf(clientOf(request)),
      ...eventOf(query),
    });
  }

  @Get('by-id/:id')
  @Needs('forecasts:read')
  @Replies(ScoredForecastReply, 'One forecast by its id, with its outcome once it has matured')
  byId(
    @Param('id', { schema: ForecastId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ScoredForecastReply> {
    return this.peers.call(request, predictionRpc.forecastById, { id, limits: limitsOf(request) });
  }

  @Post('by-id/:id/reproduce')
  @Needs('forecasts:read', { audited: false, cost: 20, deadlineMs: REPRODUCE_DEADLINE_MS })
  @HttpCode(200)
  @Replies(ReproductionReply, 'Computes a stored forecast anew from the stored candles and the stored model')
  reproduce(
    @Param('id', { schema: ForecastId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ReproductionReply> {
    return this.peers.call(request, predictionRpc.reproduce, { id, limits: limitsOf(request) });
  }
}

/** The query holds exactly one of the three. */
function eventOf({ above, below, between }: ProbabilityQuery) {
  if (above !== undefined) return { kind: 'above' as const, low: above, high: null };
  if (below !== undefined) return { kind: 'below' as const, low: null, high: below };
  const [low, high] = between!;
  return { kind: 'between' as const, low, high };
}
