import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { InstrumentId, PerformanceQuery, PerformanceReply, predictionRpc } from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Peers } from '../http/peers.js';
import { querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const performanceQuery = querySchema(PerformanceQuery);

@ApiTags('performance')
@Controller('v1/performance')
export class PerformanceController {
  constructor(private readonly peers: Peers) {}

  @Get(':instrument')
  @Needs('forecasts:read', { cost: 5 })
  @Queries(performanceQuery)
  @Replies(PerformanceReply, 'How matured forecasts did, next to baselines that answered the same origins')
  get(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: performanceQuery }) query: PerformanceQuery,
    @Req() request: FastifyRequest,
  ): Promise<PerformanceReply> {
    return this.peers.call(request, predictionRpc.performance, { instrument, ...query });
  }
}
