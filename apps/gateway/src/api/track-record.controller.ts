import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import {
  ForecastId,
  predictionRpc,
  TrackRecordProof,
  TrackRecordQuery,
  TrackRecordReply,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Peers } from '../http/peers.js';
import { limitsOf } from '../http/request-client.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const trackRecordQuery = querySchema(TrackRecordQuery);

@ApiTags('track record')
@Controller('v1/track-record')
export class TrackRecordController {
  constructor(private readonly peers: Peers) {}

  @Get()
  @Needs('forecasts:read', { cost: 5, shows: 'everything' })
  @Queries(trackRecordQuery)
  @Replies(
    TrackRecordReply,
    'The chain of all forecasts and outcomes, a page at a time, with its signed roots',
  )
  page(
    @Query({ schema: trackRecordQuery }) query: TrackRecordQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrackRecordReply> {
    return this.peers.call(request, predictionRpc.trackRecord, query);
  }

  @Get('proof/:id')
  @Needs('forecasts:read')
  @Replies(TrackRecordProof, 'That a forecast stands in the chain, up to a signed root')
  proof(
    @Param('id', { schema: ForecastId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<TrackRecordProof> {
    return this.peers.call(request, predictionRpc.trackRecordProof, { id, limits: limitsOf(request) });
  }
}
