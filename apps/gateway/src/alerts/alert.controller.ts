import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  AlertHistoryReply,
  AlertId,
  AlertReply,
  AlertRequest,
  AlertsReply,
  AlertTestReply,
  AlertTestRequest,
  AlertUpdateRequest,
  PageQuery,
} from '@btcforecast/contracts';
import { AlertService, AlertTester } from '@btcforecast/notifications';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { askerOf } from '../http/asker.js';
import { noQuery, querySchema } from '../http/query-schema.js';

const pageQuery = querySchema(PageQuery);

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertController {
  constructor(
    private readonly alerts: AlertService,
    private readonly tester: AlertTester,
  ) {}

  @Post()
  @Needs('alerts:write')
  @Replies(AlertReply, 'Adds a rule; when it fires, endpoints that ask for alert.fired are told', 201)
  async create(
    @Body({ schema: AlertRequest }) body: AlertRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AlertReply> {
    const rule = await this.alerts.create(askerOf(request), body);
    reply.header('location', `/v1/alerts/${rule.id}`);
    return rule;
  }

  @Get()
  @Needs('alerts:read')
  @Queries(pageQuery)
  @Replies(AlertsReply, 'Your rules and how they stand')
  list(@Query({ schema: pageQuery }) query: PageQuery, @Req() request: FastifyRequest): Promise<AlertsReply> {
    return this.alerts.list(askerOf(request), query);
  }

  @Post('test')
  @HttpCode(200)
  @Needs('alerts:read', { audited: false })
  @Replies(AlertTestReply, 'Says when a rule would have fired; nothing is kept')
  test(
    @Body({ schema: AlertTestRequest }) body: AlertTestRequest,
    @Req() request: FastifyRequest,
  ): Promise<AlertTestReply> {
    return this.tester.test(askerOf(request), body);
  }

  @Get(':id')
  @Needs('alerts:read')
  @Replies(AlertReply, 'One rule')
  find(
    @Param('id', { schema: AlertId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<AlertReply> {
    return this.alerts.get(askerOf(request), id);
  }

  @Patch(':id')
  @Needs('alerts:write')
  @Replies(AlertReply, 'Changes a rule; if more than its name changes it begins anew')
  update(
    @Param('id', { schema: AlertId }) id: string,
    @Body({ schema: AlertUpdateRequest }) body: AlertUpdateRequest,
    @Req() request: FastifyRequest,
  ): Promise<AlertReply> {
    return this.alerts.update(askerOf(request), id, body);
  }

  @Delete(':id')
  @Needs('alerts:write')
  @Replies(AlertReply, 'Deletes a rule and its history; answers with what it was')
  remove(
    @Param('id', { schema: AlertId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<AlertReply> {
    return this.alerts.delete(askerOf(request), id);
  }

  @Get(':id/history')
  @Needs('alerts:read')
  @Queries(pageQuery)
  @Replies(AlertHistoryReply, 'When a rule fired and was over')
  history(
    @Param('id', { schema: AlertId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<AlertHistoryReply> {
    return this.alerts.history(askerOf(request), id, query);
  }
}
