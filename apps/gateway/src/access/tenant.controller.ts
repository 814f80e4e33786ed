import { Body, Controller, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { TenantService } from '@btcforecast/access';
import {
  ChangeTenantRequest,
  CreateTenantRequest,
  PageQuery,
  TenantId,
  TenantReply,
  TenantsReply,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { auditOf } from '../audit/audit.hooks.js';
import { noQuery, querySchema } from '../http/query-schema.js';

const pageQuery = querySchema(PageQuery);

@ApiTags('tenants')
@Controller('v1/tenants')
export class TenantController {
  constructor(private readonly tenants: TenantService) {}

  @Post()
  @Needs('tenants:write')
  @Replies(TenantReply, 'Makes a tenant; its first key or user is made with ?tenant=', 201)
  async create(
    @Body({ schema: CreateTenantRequest }) body: CreateTenantRequest,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantReply> {
    const tenant = await this.tenants.create(body);
    auditOf(request).note({ subject: tenant.id });
    reply.header('location', `/v1/tenants/${tenant.id}`);
    return tenant;
  }

  @Get()
  @Needs('tenants:read')
  @Queries(pageQuery)
  @Replies(TenantsReply, 'All tenants, in the order of their ids')
  list(@Query({ schema: pageQuery }) query: PageQuery): Promise<TenantsReply> {
    return this.tenants.list(query);
  }

  @Get(':tenant')
  @Needs('tenants:read')
  @Replies(TenantReply, 'One tenant')
  get(
    @Param('tenant', { schema: TenantId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<TenantReply> {
    return this.tenants.get(id);
  }

  @Patch(':tenant')
  @Needs('tenants:write')
  @Replies(TenantReply, 'Changes what a tenant is called, or its tier; what is absent stays')
  change(
    @Param('tenant', { schema: TenantId }) id: string,
    @Body({ schema: ChangeTenantRequest }) body: ChangeTenantRequest,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<TenantReply> {
    return this.tenants.change(id, body);
  }
}
