import type { SessionReply, SessionSummary } from '@btcforecast/contracts';
import { grantOf } from '../grants.js';
import { csrfTokenOf } from './session-text.js';
import type { SessionRecord } from './session.repository.js';
import type { SessionTimes } from './session.service.js';

/** A session as it stands in lists. */
export function sessionSummary(
  session: SessionRecord,
  { idleMs }: Pick<SessionTimes, 'idleMs'>,
  isCurrent: boolean,
): SessionSummary {
  const { id, address, userAgent, createdAt, lastSeenAt, expiresAt } = session;
  return {
    ...{ id, isCurrent, address, userAgent },
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    idleExpiresAt: new Date(Math.min(lastSeenAt + idleMs, expiresAt)).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/** The session that asks, with what its pages need. @param text the value of its cookie */
export function sessionReply(session: SessionRecord, text: string, times: SessionTimes): SessionReply {
  const { id, tenant, name, permissions, ...rest } = session.principal;
  const { roles, instruments, horizons } = grantOf(rest);
  return {
    ...sessionSummary(session, times, true),
    csrfToken: csrfTokenOf(text),
    user: {
      ...{ id, tenant, name, email: session.email },
      roles: [...roles],
      permissions: [...permissions].sort(),
      instruments: instruments && [...instruments],
      horizons: horizons && [...horizons],
    },
  };
}
