import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { OAuthClientAdministration } from '@btcforecast/access';
import {
  ChangeOAuthClientRequest,
  CreateOAuthClientRequest,
  NewOAuthClientReply,
  OAuthClientId,
  OAuthClientReply,
  OAuthClientsReply,
  RotateOAuthClientRequest,
  TenantPageQuery,
  TenantQuery,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { auditOf } from '../audit/audit.hooks.js';
import { querySchema } from '../http/query-schema.js';
import { clientOf } from '../http/request-client.js';

const tenantQuery = querySchema(TenantQuery);
const pageQuery = querySchema(TenantPageQuery);

@ApiTags('oauth')
@Controller('v1/oauth-clients')
export class OAuthClientController {
  constructor(private readonly clients: OAuthClientAdministration) {}

  @Post()
  @Needs('keys:write', { secretReply: true })
  @Queries(tenantQuery)
  @Replies(NewOAuthClientReply, 'Makes an OAuth client; its secret is shown this once', 201)
  async create(
    @Body({ schema: CreateOAuthClientRequest }) body: CreateOAuthClientRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewOAuthClientReply> {
    const client = await this.clients.create(clientOf(request), body, tenant);
    auditOf(request).note({
      subject: client.id,
      detail: { tenant: client.tenant, roles: client.roles.join() },
    });
    reply.header('location', `/v1/oauth-clients/${client.id}`).header('cache-control', 'no-store');
    return client;
  }

  @Get()
  @Needs('keys:read')
  @Queries(pageQuery)
  @Replies(OAuthClientsReply, 'The OAuth clients of a tenant, newest first')
  list(
    @Query({ schema: pageQuery }) query: TenantPageQuery,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientsReply> {
    return this.clients.list(clientOf(request), query);
  }

  @Get(':id')
  @Needs('keys:read')
  @Queries(tenantQuery)
  @Replies(OAuthClientReply, 'What an OAuth client may do, and when it last got a token')
  get(
    @Param('id', { schema: OAuthClientId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientReply> {
    return this.clients.get(clientOf(request), { id, tenant });
  }

  @Patch(':id')
  @Needs('keys:write')
  @Queries(tenantQuery)
  @Replies(OAuthClientReply, 'Changes what an OAuth client may do, or its keys; what is absent stays')
  change(
    @Param('id', { schema: OAuthClientId }) id: string,
    @Body({ schema: ChangeOAuthClientRequest }) body: ChangeOAuthClientRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientReply> {
    return this.clients.change(clientOf(request), { id, tenant }, body);
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('keys:write')
  @Queries(tenantQuery)
  @Replies(OAuthClientReply, 'Revokes an OAuth client and its tokens for good; its record stays')
  revoke(
    @Param('id', { schema: OAuthClientId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientReply> {
    return this.clients.revoke(clientOf(request), { id, tenant });
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Needs('keys:write', { secretReply: true })
  @Queries(tenantQuery)
  @Replies(NewOAuthClientReply, 'Gives an OAuth client a new secret; the old one goes on for a while')
  async rotate(
    @Param('id', { schema: OAuthClientId }) id: string,
    @Body({ schema: RotateOAuthClientRequest }) body: RotateOAuthClientRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewOAuthClientReply> {
    const client = await this.clients.rotate(clientOf(request), { id, tenant }, body);
    reply.header('cache-control', 'no-store');
    return client;
  }
}
