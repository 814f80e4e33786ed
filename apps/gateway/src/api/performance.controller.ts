import { Controller, Get, Param, Query } from '@nestjs/common';
import { InstrumentId, PerformanceQuery, PerformanceReply, predictionRpc } from '@btcforecast/contracts';
import { RpcClient } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import { querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const performanceQuery = querySchema(PerformanceQuery);

@ApiTags('performance')
@Controller('v1/performance')
export class PerformanceController {
  constructor(private readonly rpc: RpcClient) {}

  @Get(':instrument')
  @Needs('forecasts:read')
  @Queries(performanceQuery)
  @Replies(PerformanceReply, 'How matured forecasts did, next to baselines that answered the same origins')
  get(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: performanceQuery }) query: PerformanceQuery,
  ): Promise<PerformanceReply> {
    return this.rpc.call(predictionRpc.performance, { instrument, ...query });
  }
}
