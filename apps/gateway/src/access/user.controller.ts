import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { UserAdministration } from '@btcforecast/access';
import {
  ChangeUserRequest,
  CreateUserRequest,
  UserId,
  UserReply,
  UsersReply,
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

@ApiTags('users')
@Controller('v1/users')
export class UserController {
  constructor(private readonly users: UserAdministration) {}

  @Post()
  @Needs('users:write')
  @Queries(tenantQuery)
  @Replies(UserReply, 'Makes a user, who then logs in', 201)
  async create(
    @Body({ schema: CreateUserRequest }) body: CreateUserRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserReply> {
    const user = await this.users.create(clientOf(request), body, tenant);
    auditOf(request).note({ subject: user.id, detail: { tenant: user.tenant, roles: user.roles.join() } });
    reply.header('location', `/v1/users/${user.id}`);
    return user;
  }

  @Get()
  @Needs('users:read')
  @Queries(pageQuery)
  @Replies(UsersReply, 'The users of a tenant, newest first')
  list(
    @Query({ schema: pageQuery }) query: TenantPageQuery,
    @Req() request: FastifyRequest,
  ): Promise<UsersReply> {
    return this.users.list(clientOf(request), query);
  }

  @Get(':id')
  @Needs('users:read')
  @Queries(tenantQuery)
  @Replies(UserReply, 'What a user may do')
  get(
    @Param('id', { schema: UserId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<UserReply> {
    return this.users.get(clientOf(request), { id, tenant });
  }

  @Patch(':id')
  @Needs('users:write')
  @Queries(tenantQuery)
  @Replies(
    UserReply,
    'Changes a user; what is absent stays. A new password and being disabled end all sessions',
  )
  change(
    @Param('id', { schema: UserId }) id: string,
    @Body({ schema: ChangeUserRequest }) body: ChangeUserRequest,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<UserReply> {
    return this.users.change(clientOf(request), { id, tenant }, body);
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('users:write')
  @Queries(tenantQuery)
  @Replies(UserReply, 'Removes a user')
  remove(
    @Param('id', { schema: UserId }) id: string,
    @Query({ schema: tenantQuery }) { tenant }: TenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<UserReply> {
    return this.users.delete(clientOf(request), { id, tenant });
  }
}
