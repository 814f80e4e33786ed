import { Injectable } from '@nestjs/common';
import {
  type OpenedSession,
  type Principal,
  SessionAdministration,
  SessionService,
} from '@btcforecast/access';
import type {
  ChangePasswordRequest,
  LoginRequest,
  SessionEndedReply,
  SessionReply,
} from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { auditOf } from '../audit/audit.hooks.js';
import { clientOf } from '../http/request-client.js';
import { assertSameOrigin } from './own-page.js';
import { sessionTextOf, setSessionCookie } from './session-cookie.js';

/** Logging in and out as HTTP: cookies, and what the audit log is told. */
@Injectable()
export class SessionDoor {
  constructor(
    private readonly administration: SessionAdministration,
    private readonly sessions: SessionService,
  ) {}

  /** @throws AppError caller access.csrf_failed, access.login_failed, access.too_many_attempts */
  async login(asked: LoginRequest, request: FastifyRequest, reply: FastifyReply): Promise<SessionReply> {
    assertSameOrigin(request);
    const text = sessionTextOf(request);
    const replaced = text === undefined ? undefined : await this.sessions.find(text);
    const opened = await this.administration.login(asked, visitorOf(request), replaced);
    auditOf(request).note({ actor: opened.principal, subject: opened.reply.id });
    return show(opened, request, reply);
  }

  /** @throws AppError caller session.not_found for whoever came in otherwise */
  current(request: FastifyRequest): SessionReply {
    const { session } = request;
    if (session) return this.administration.describe(session.record, session.text);
    const message = 'these credentials are no session; log in at POST /v1/session, or ask GET /v1/identity';
    throw new AppError('caller', 'session.not_found', message);
  }

  /** @throws AppError caller session.not_found for whoever came in otherwise */
  async logout(request: FastifyRequest, reply: FastifyReply): Promise<SessionEndedReply> {
    const { id } = this.current(request);
    const ended = await this.administration.end(clientOf(request), id);
    setSessionCookie(request, reply, '', 0);
    return ended;
  }

  /** Ends one of the asker's sessions; of the one that asks the cookie is taken away, too. */
  async end(id: string, request: FastifyRequest, reply: FastifyReply): Promise<SessionEndedReply> {
    const client: Principal = clientOf(request);
    const ended = await this.administration.end(client, id);
    if (client.session === id) setSessionCookie(request, reply, '', 0);
    return ended;
  }

  /** @throws AppError caller access.login_failed, user.conflict, session.not_found, access.too_many_attempts */
  async changePassword(
    asked: ChangePasswordRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SessionReply> {
    const opened = await this.administration.changePassword(clientOf(request), asked, visitorOf(request));
    return show(opened, request, reply);
  }
}

function show(
  { text, reply: session }: OpenedSession,
  request: FastifyRequest,
  reply: FastifyReply,
): SessionReply {
  const maxAgeMs = Date.parse(session.expiresAt) - Date.parse(session.createdAt);
  setSessionCookie(request, reply, text, Math.floor(maxAgeMs / 1000));
  reply.header('cache-control', 'no-store');
  return session;
}

function visitorOf({ ip, headers }: FastifyRequest) {
  return { ip, userAgent: headers['user-agent'] };
}
