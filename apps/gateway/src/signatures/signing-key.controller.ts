import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { SigningKeyAdministration } from '@btcforecast/access';
import {
  CreateSigningKeyRequest,
  KeyId,
  NewSigningKeyReply,
  SigningKeyId,
  SigningKeyReply,
  SigningKeysReply,
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

@ApiTags('keys')
@Controller('v1/keys/:id/signing-keys')
export class SigningKeyController {
  constructor(private readonly signingKeys: SigningKeyAdministration) {}

  @Post()
  @Needs('keys:write', { secretReply: true })
  @Queries(tenantQuery)
  @Replies(NewSigningKeyReply, 'Makes a key that signs requests of an API key', 201)
  async create(
    @Param('id', { schema: KeyId }) id: string,
    @Body({ schema: CreateSigningKeyRequest }) body: CreateSigningKeyRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewSigningKeyReply> {
    const made = await this.signingKeys.create(clientOf(request), { id, tenant }, body);
    auditOf(request).note({ detail: { signingKey: made.id, algorithm: made.algorithm } });
    reply.header('cache-control', 'no-store');
    return made;
  }

  @Get()
  @Needs('keys:read')
  @Queries(tenantQuery)
  @Replies(SigningKeysReply, 'The keys that sign requests of an API key, newest first')
  list(
    @Param('id', { schema: KeyId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<SigningKeysReply> {
    return this.signingKeys.list(clientOf(request), { id, tenant });
  }

  @Delete(':signingKey')
  @HttpCode(200)
  @Needs('keys:write')
  @Queries(tenantQuery)
  @Replies(SigningKeyReply, 'Revokes a key that signs requests, for good')
  revoke(
    @Param('id', { schema: KeyId }) id: string,
    @Param('signingKey', { schema: SigningKeyId }) signingKey: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<SigningKeyReply> {
    return this.signingKeys.revoke(clientOf(request), { id, tenant }, signingKey);
  }
}
