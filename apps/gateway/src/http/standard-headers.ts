import type { FastifyReply, FastifyRequest } from 'fastify';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // Replies are data: a browser that is tricked into showing one must run nothing of it.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** For the pages under /docs: their own scripts and styles, nothing from elsewhere, nothing inline but styles. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** On every reply, errors included: which request it answers, and what a browser must not do with it. */
export function setStandardHeaders(request: FastifyRequest, reply: FastifyReply): void {
  // HSTS is missing on purpose: it belongs to whatever terminates TLS.
  reply.headers(HEADERS).header('x-request-id', request.id);
}
