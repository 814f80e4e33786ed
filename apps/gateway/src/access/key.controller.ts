import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { KeyAdministration } from '@btcforecast/access';
import {
  ChangeKeyRequest,
  CreateKeyRequest,
  KeyId,
  KeyReply,
  KeysReply,
  NewKeyReply,
  RotateKeyRequest,
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

@ApiTags('keys')
@Controller('v1/keys')
export class KeyController {
  constructor(private readonly keys: KeyAdministration) {}

  @Post()
  @Needs('keys:write', { secretReply: true })
  @Queries(tenantQuery)
  @Replies(NewKeyReply, 'Makes a key; its text is shown this once', 201)
  async create(
    @Body({ schema: CreateKeyRequest }) body: CreateKeyRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyReply> {
    const key = await this.keys.create(clientOf(request), body, tenant);
    auditOf(request).note({ subject: key.id, detail: { tenant: key.tenant, roles: key.roles.join() } });
    reply.header('location', `/v1/keys/${key.id}`).header('cache-control', 'no-store');
    return key;
  }

  @Get()
  @Needs('keys:read')
  @Queries(pageQuery)
  @Replies(KeysReply, 'The keys of a tenant, newest first')
  list(
    @Query({ schema: pageQuery }) query: TenantPageQuery,
    @Req() request: FastifyRequest,
  ): Promise<KeysReply> {
    return this.keys.list(clientOf(request), query);
  }

  @Get(':id')
  @Needs('keys:read')
  @Queries(tenantQuery)
  @Replies(KeyReply, 'What a key may do, and when it was last used')
  get(
    @Param('id', { schema: KeyId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<KeyReply> {
    return this.keys.get(clientOf(request), { id, tenant });
  }

  @Patch(':id')
  @Needs('keys:write')
  @Queries(tenantQuery)
  @Replies(KeyReply, 'Changes what a key is called and what it may do; what is absent stays')
  change(
    @Param('id', { schema: KeyId }) id: string,
    @Body({ schema: ChangeKeyRequest }) body: ChangeKeyRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<KeyReply> {
    return this.keys.change(clientOf(request), { id, tenant }, body, request);
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('keys:write')
  @Queries(tenantQuery)
  @Replies(KeyReply, 'Revokes a key for good; its record stays')
  revoke(
    @Param('id', { schema: KeyId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<KeyReply> {
    return this.keys.revoke(clientOf(request), { id, tenant });
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Needs('keys:write', { secretReply: true })
  @Queries(tenantQuery)
  @Replies(NewKeyReply, 'Gives a key a new secret, shown this once; the old one goes on for a while')
  async rotate(
    @Param('id', { schema: KeyId }) id: string,
    @Body({ schema: RotateKeyRequest }) body: RotateKeyRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyReply> {
    const key = await this.keys.rotate(clientOf(request), { id, tenant }, body);
    reply.header('cache-control', 'no-store');
    return key;
  }
}
