import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  WebhookDeliveriesQuery,
  WebhookDeliveriesReply,
  WebhookDeliveryDetailReply,
  WebhookDeliveryId,
  WebhookId,
  WebhookReplayReply,
  WebhookReplayRequest,
} from '@btcforecast/contracts';
import { DeliveryQueries, ReplayService } from '@btcforecast/notifications';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { askerOf } from '../http/asker.js';
import { noQuery, querySchema } from '../http/query-schema.js';

const deliveriesQuery = querySchema(WebhookDeliveriesQuery);

@ApiTags('webhooks')
@Controller('v1/webhooks/:id')
export class DeliveryController {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly replays: ReplayService,
  ) {}

  @Get('deliveries')
  @Needs('webhooks:read')
  @Queries(deliveriesQuery)
  @Replies(WebhookDeliveriesReply, 'What was sent to an endpoint in the last 30 days, and what came of it')
  list(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: deliveriesQuery }) query: WebhookDeliveriesQuery,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveriesReply> {
    return this.queries.list(askerOf(request), id, query);
  }

  @Get('deliveries/:delivery')
  @Needs('webhooks:read')
  @Replies(WebhookDeliveryDetailReply, 'One delivery: its body, and every attempt')
  find(
    @Param('id', { schema: WebhookId }) id: string,
    @Param('delivery', { schema: WebhookDeliveryId }) delivery: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveryDetailReply> {
    return this.queries.get(askerOf(request), id, delivery);
  }

  @Post('deliveries/:delivery/replay')
  @HttpCode(202)
  @Needs('webhooks:write')
  @Replies(WebhookDeliveryDetailReply, 'Sends an event again, with the same webhook-id', 202)
  replayOne(
    @Param('id', { schema: WebhookId }) id: string,
    @Param('delivery', { schema: WebhookDeliveryId }) delivery: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveryDetailReply> {
    return this.replays.replayOne(askerOf(request), id, delivery);
  }

  @Post('replay')
  @HttpCode(202)
  @Needs('webhooks:write')
  @Replies(WebhookReplayReply, 'Sends the events of a range again, a thousand at most', 202)
  replayRange(
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: WebhookReplayRequest }) body: WebhookReplayRequest,
    @Req() request: FastifyRequest,
  ): Promise<WebhookReplayReply> {
    return this.replays.replayRange(askerOf(request), id, body);
  }

  @Post('test')
  @HttpCode(202)
  @Needs('webhooks:write')
  @Replies(WebhookDeliveryDetailReply, 'Sends an event that means nothing, to see whether it arrives', 202)
  test(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveryDetailReply> {
    return this.replays.test(askerOf(request), id);
  }
}
