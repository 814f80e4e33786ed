import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { SessionAdministration } from '@btcforecast/access';
import {
  ChangePasswordRequest,
  IdentityReply,
  LoginRequest,
  SessionEndedReply,
  SessionId,
  SessionReply,
  SessionsReply,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Public } from '../api/public.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { noQuery } from '../http/query-schema.js';
import { clientOf } from '../http/request-client.js';
import { SessionDoor } from './session-door.js';

@ApiTags('sessions')
@Controller('v1')
export class SessionController {
  constructor(
    private readonly door: SessionDoor,
    private readonly sessions: SessionAdministration,
  ) {}

  @Get('identity')
  @Needs('identity:read')
  @Replies(IdentityReply, 'Whose credentials these are, and what they may do')
  identity(@Query({ schema: noQuery }) _query: unknown, @Req() request: FastifyRequest): IdentityReply {
    const { permissions, ...rest } = clientOf(request);
    return { ...rest, permissions: [...permissions].sort() } as IdentityReply; // the reply is checked
  }

  @Post('session')
  @Public()
  @Replies(SessionReply, 'Logs a user in: sets the cookie of a new session; needs no key', 201)
  login(
    @Body({ schema: LoginRequest }) body: LoginRequest,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionReply> {
    return this.door.login(body, request, reply);
  }

  @Get('session')
  @Needs('identity:read')
  @Replies(SessionReply, 'Who is logged in, and the token that its pages send along')
  current(@Query({ schema: noQuery }) _query: unknown, @Req() request: FastifyRequest): SessionReply {
    return this.door.current(request);
  }

  @Delete('session')
  @HttpCode(200)
  @Needs('identity:read')
  @Replies(SessionEndedReply, 'Logs out')
  logout(
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionEndedReply> {
    return this.door.logout(request, reply);
  }

  @Post('session/password')
  @HttpCode(200)
  @Needs('identity:read', { secretReply: true })
  @Replies(SessionReply, 'Changes the own password; every session ends, and a new one begins here')
  changePassword(
    @Body({ schema: ChangePasswordRequest }) body: ChangePasswordRequest,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionReply> {
    return this.door.changePassword(body, request, reply);
  }

  @Get('sessions')
  @Needs('identity:read')
  @Replies(SessionsReply, 'The own sessions that go on')
  list(@Query({ schema: noQuery }) _query: unknown, @Req() request: FastifyRequest): Promise<SessionsReply> {
    return this.sessions.list(clientOf(request));
  }

  @Delete('sessions/:id')
  @HttpCode(200)
  @Needs('identity:read')
  @Replies(SessionEndedReply, 'Ends one of the own sessions')
  end(
    @Param('id', { schema: SessionId }) id: string,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionEndedReply> {
    return this.door.end(id, request, reply);
  }
}
