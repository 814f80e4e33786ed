import { Controller, Get, Header, Inject, Post, Query, Req, Res } from '@nestjs/common';
import {
  Horizon,
  InstrumentId,
  Interval,
  StreamQuery,
  StreamTicketReply,
  StreamType,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies, RepliesWith } from '../api/replies.decorator.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { clientOf } from '../http/request-client.js';
import { Streams } from './streams.js';
import { StreamTickets } from './tickets/stream-tickets.js';

const streamQuery = querySchema(StreamQuery);

@ApiTags('streams')
@Controller('v1/stream')
export class StreamController {
  constructor(
    @Inject(Streams) private readonly streams: Streams,
    @Inject(StreamTickets) private readonly streamTickets: StreamTickets,
  ) {}

  @Get()
  @Needs('streams:read', { ticket: true, endless: true })
  @Queries(streamQuery, {
    type: { of: StreamType },
    instrument: { of: InstrumentId },
    horizon: { of: Horizon },
    interval: { of: Interval },
  })
  @RepliesWith(
    'text/event-stream',
    'Prices, forecasts, outcomes and gaps as they happen, as server-sent events',
  )
  async open(
    @Query({ schema: streamQuery }) query: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.streams.sse.open(request, reply, query);
  }

  @Post('tickets')
  @Needs('streams:read', { secretReply: true })
  @Header('cache-control', 'no-store')
  @Replies(StreamTicketReply, 'A ticket that opens one stream within half a minute, for browsers', 201)
  tickets(
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<StreamTicketReply> {
    return this.streamTickets.issue(clientOf(request));
  }
}
