import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  PageQuery,
  WebhookId,
  WebhookReply,
  WebhookRequest,
  WebhookRotateRequest,
  WebhookSecretsReply,
  WebhooksReply,
  WebhookUpdateRequest,
} from '@btcforecast/contracts';
import { EndpointService, SecretService } from '@btcforecast/notifications';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { askerOf } from '../http/asker.js';
import { noQuery, querySchema } from '../http/query-schema.js';

const pageQuery = querySchema(PageQuery);

@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhookController {
  constructor(
    private readonly endpoints: EndpointService,
    private readonly secrets: SecretService,
  ) {}

  @Post()
  @Needs('webhooks:write')
  @Replies(WebhookReply, 'Adds an endpoint that is told what happens; its secrets are at …/secrets', 201)
  async create(
    @Body({ schema: WebhookRequest }) body: WebhookRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookReply> {
    const endpoint = await this.endpoints.create(askerOf(request), body);
    reply.header('location', `/v1/webhooks/${endpoint.id}`);
    return endpoint;
  }

  @Get()
  @Needs('webhooks:read')
  @Queries(pageQuery)
  @Replies(WebhooksReply, 'Your endpoints and how deliveries to them go')
  list(
    @Query({ schema: pageQuery }) query: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<WebhooksReply> {
    return this.endpoints.list(askerOf(request), query);
  }

  @Get(':id')
  @Needs('webhooks:read')
  @Replies(WebhookReply, 'One endpoint')
  find(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookReply> {
    return this.endpoints.get(askerOf(request), id);
  }

  @Patch(':id')
  @Needs('webhooks:write')
  @Replies(WebhookReply, 'Changes an endpoint; enabling it again begins with a clean record')
  update(
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: WebhookUpdateRequest }) body: WebhookUpdateRequest,
    @Req() request: FastifyRequest,
  ): Promise<WebhookReply> {
    return this.endpoints.update(askerOf(request), id, body);
  }

  @Delete(':id')
  @Needs('webhooks:write')
  @Replies(WebhookReply, 'Deletes an endpoint, its secrets and its log; answers with what it was')
  remove(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookReply> {
    return this.endpoints.delete(askerOf(request), id);
  }

  /** Whoever holds the secret can speak in our name to the receiver: reading it takes the right to change. */
  @Get(':id/secrets')
  @Needs('webhooks:write')
  @Replies(WebhookSecretsReply, 'What its messages are signed with')
  showSecrets(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<WebhookSecretsReply> {
    return this.secrets.show(askerOf(request), id);
  }

  @Post(':id/secrets/rotate')
  @HttpCode(200)
  @Needs('webhooks:write')
  @Replies(
    WebhookReply,
    'Makes a new secret and key; messages are signed with the old ones as well for a while',
  )
  rotate(
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: WebhookRotateRequest }) body: WebhookRotateRequest,
    @Req() request: FastifyRequest,
  ): Promise<WebhookReply> {
    return this.secrets.rotate(askerOf(request), id, body);
  }
}
