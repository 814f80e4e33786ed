import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ForecastId,
  predictionRpc,
  TrackRecordProof,
  TrackRecordQuery,
  TrackRecordReply,
} from '@btcforecast/contracts';
import { RpcClient } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const trackRecordQuery = querySchema(TrackRecordQuery);

@ApiTags('track record')
@Controller('v1/track-record')
export class TrackRecordController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Needs('forecasts:read')
  @Queries(trackRecordQuery)
  @Replies(
    TrackRecordReply,
    'The chain of all forecasts and outcomes, a page at a time, with its signed roots',
  )
  page(@Query({ schema: trackRecordQuery }) query: TrackRecordQuery): Promise<TrackRecordReply> {
    return this.rpc.call(predictionRpc.trackRecord, query);
  }

  @Get('proof/:id')
  @Needs('forecasts:read')
  @Replies(TrackRecordProof, 'That a forecast stands in the chain, up to a signed root')
  proof(
    @Param('id', { schema: ForecastId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<TrackRecordProof> {
    return this.rpc.call(predictionRpc.trackRecordProof, { id });
  }
}
