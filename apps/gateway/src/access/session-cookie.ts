import { isLoopback } from '@btcforecast/platform';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The prefix has browsers refuse it unless it is secure, for this host alone and for every path, so that neither a
 * neighbouring host nor a plain connection can plant one. RFC 6265bis, section 4.1.3.2.
 */
const COOKIE = '__Host-btcf_session';
/** Over plain http to the machine itself, where some browsers keep no secure cookie, it has another name. */
const LOOPBACK_COOKIE = 'btcf_session';

/** The value of the session's cookie, if the request carries one. */
export function sessionTextOf(request: FastifyRequest): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parseCookie(cookie)[cookieOf(request).name];
}

/** @param maxAgeSeconds how long the browser keeps it; 0 takes it away */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  maxAgeSeconds: number,
): void {
  const { name, secure } = cookieOf(request);
  const attributes = {
    httpOnly: true,
    secure,
    sameSite: 'strict',
    path: '/',
    maxAge: maxAgeSeconds,
  } as const;
  reply.header('set-cookie', stringifySetCookie({ name, value: text, ...attributes }));
}

function cookieOf(request: FastifyRequest): { name: string; secure: boolean } {
  return isPlainLoopback(request) ? { name: LOOPBACK_COOKIE, secure: false } : { name: COOKIE, secure: true };
}

/** By the name under which the browser reached us: a proxy in front leaves that as it is. */
function isPlainLoopback({ protocol, hostname }: FastifyRequest): boolean {
  if (protocol !== 'http') return false;
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isLoopback(name);
}
