import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  CandlesQuery,
  CandlesReply,
  InstrumentId,
  InstrumentsReply,
  marketDataRpc,
} from '@btcforecast/contracts';
import { RpcClient } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const candlesQuery = querySchema(CandlesQuery);

@ApiTags('market data')
@Controller('v1/instruments')
export class InstrumentController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Needs('market:read')
  @Replies(InstrumentsReply, 'What can be forecast, and how fresh its candles are')
  list(@Query({ schema: noQuery }) _query: unknown): Promise<InstrumentsReply> {
    return this.rpc.call(marketDataRpc.listInstruments, {});
  }

  @Get(':id/candles')
  @Needs('market:read')
  @Queries(candlesQuery)
  @Replies(CandlesReply, 'Final candles, oldest first, and the gaps between them')
  candles(
    @Param('id', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: candlesQuery }) query: CandlesQuery,
  ): Promise<CandlesReply> {
    return this.rpc.call(marketDataRpc.listCandles, { instrument, ...query });
  }
}
