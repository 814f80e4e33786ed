import type { FastifyReply } from 'fastify';

/** Adds one link to the header `Link` (RFC 8288), beside those that are there. */
export function addLink(reply: FastifyReply, link: string): void {
  const before = reply.getHeader('link');
  reply.header('link', before === undefined ? link : `${String(before)}, ${link}`);
}
