import { isCsrfToken } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const TOKEN_HEADER = 'x-csrf-token';

/**
 * A browser sends a cookie along whichever page asks. So what changes something must show that a page of this origin
 * sent it: by what the browser says of its origin, and by the token of the session, which other pages cannot read. A
 * WebSocket, which a browser opens to any origin and without headers of the page's own, shows its origin alone.
 *
 * @param text the value of the session's cookie
 * @throws AppError caller access.csrf_failed
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet
 */
export function assertOwnPage(request: FastifyRequest, text: string): void {
  const isUpgrade = request.headers.upgrade !== undefined;
  if (SAFE.has(request.method) && !isUpgrade) return;
  assertSameOrigin(request);
  if (isUpgrade) return;
  const token = request.headers[TOKEN_HEADER];
  if (typeof token === 'string' && isCsrfToken(token, text)) return;
  throw refused(
    `it lacks the header ${TOKEN_HEADER} with the csrfToken of this session, which GET /v1/session shows`,
  );
}

/** Whoever is no browser sends neither header, and cannot be tricked into sending a request. */
export function assertSameOrigin({ headers, host }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw refused('it was sent by a page of another origin');
  const { origin } = headers;
  if (origin !== undefined && hostOf(origin) !== host)
    throw refused(`it was sent by a page of another origin`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refused(why: string): AppError {
  return new AppError('caller', 'access.csrf_failed', `the request was not done: ${why}`);
}
