import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  BacktestReply,
  BacktestRequest,
  BacktestsReply,
  PageQuery,
  predictionRpc,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf, askerOf } from '../http/request-client.js';
import { Peers } from '../http/peers.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies } from './replies.decorator.js';

const BacktestId = z.uuid('must be the id of a backtest');
const pageQuery = querySchema(PageQuery);

@ApiTags('backtests')
@Controller('v1/backtests')
export class BacktestController {
  constructor(private readonly peers: Peers) {}

  @Post()
  @HttpCode(202)
  @Needs('backtests:write', { cost: 100 })
  @Replies(BacktestReply, 'Asks for a backtest over the stored candles; it runs by itself', 202)
  async start(
    @Body({ schema: BacktestRequest }) body: BacktestRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BacktestReply> {
    const backtest = await this.peers.call(request, predictionRpc.startBacktest, {
      request: body,
      asker: askerOf(request),
      actor: actorOf(request),
    });
    reply.header('location', `/v1/backtests/${backtest.id}`);
    return backtest;
  }

  @Get()
  @Needs('backtests:read')
  @Queries(pageQuery)
  @Replies(BacktestsReply, 'Backtests that were asked for, newest first')
  list(
    @Query({ schema: pageQuery }) query: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<BacktestsReply> {
    return this.peers.call(request, predictionRpc.listBacktests, { ...query, asker: askerOf(request) });
  }

  @Get(':id')
  @Needs('backtests:read')
  @Replies(BacktestReply, 'How far a backtest is, and its result once it is done')
  find(
    @Param('id', { schema: BacktestId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<BacktestReply> {
    return this.peers.call(request, predictionRpc.findBacktest, { id, asker: askerOf(request) });
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('backtests:write')
  @Replies(BacktestReply, 'Cancels a backtest that waits or runs; its record stays')
  cancel(
    @Param('id', { schema: BacktestId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<BacktestReply> {
    return this.peers.call(request, predictionRpc.cancelBacktest, { id, asker: askerOf(request) });
  }
}
