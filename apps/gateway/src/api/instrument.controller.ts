import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import {
  CandlesQuery,
  CandlesReply,
  InstrumentId,
  InstrumentsReply,
  marketDataRpc,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Peers } from '../http/peers.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const candlesQuery = querySchema(CandlesQuery);

@ApiTags('market data')
@Controller('v1/instruments')
export class InstrumentController {
  constructor(private readonly peers: Peers) {}

  @Get()
  @Needs('market:read', { instrumentField: 'id' })
  @Replies(InstrumentsReply, 'What can be forecast, and how fresh its candles are')
  list(
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<InstrumentsReply> {
    return this.peers.call(request, marketDataRpc.listInstruments, {});
  }

  @Get(':id/candles')
  @Needs('market:read', { cost: 2 })
  @Queries(candlesQuery)
  @Replies(CandlesReply, 'Final candles, oldest first, and the gaps between them')
  candles(
    @Param('id', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: candlesQuery }) query: CandlesQuery,
    @Req() request: FastifyRequest,
  ): Promise<CandlesReply> {
    return this.peers.call(request, marketDataRpc.listCandles, { instrument, ...query });
  }
}
