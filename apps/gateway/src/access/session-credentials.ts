import type { CredentialThrottle, Principal, SessionRecord, SessionService } from '@btcforecast/access';
import type { FastifyRequest } from 'fastify';
import type { CredentialKind } from '../http/credentials.js';
import { assertOwnPage } from './own-page.js';
import { sessionTextOf } from './session-cookie.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of somebody who is logged in. */
    session: { readonly record: SessionRecord; readonly text: string } | undefined;
  }
}

/** The cookie of somebody who is logged in. Last of all kinds: who sends a header means that. */
export class SessionCredentials implements CredentialKind {
  constructor(
    private readonly sessions: SessionService,
    private readonly throttle: CredentialThrottle,
  ) {}

  identify(request: FastifyRequest): Principal | Promise<Principal> | undefined {
    const text = sessionTextOf(request);
    if (text === undefined) return undefined;
    const known = this.sessions.verifyFromMemory(text);
    if (known) return enter(request, text, known);
    this.throttle.assertMayTry(request.ip);
    return this.sessions.verify(text).then((record) => enter(request, text, record));
  }

  recheck({ session }: Principal): Promise<Principal | null> | undefined {
    return session === undefined ? undefined : this.sessions.current(session);
  }
}

function enter(request: FastifyRequest, text: string, record: SessionRecord): Principal {
  assertOwnPage(request, text);
  request.session = { record, text };
  return record.principal;
}
