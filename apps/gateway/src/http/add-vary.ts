import type { FastifyReply } from 'fastify';

/** Says that a reply depends on a header of its request too (RFC 9110, section 12.5.5). */
export function addVary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  if (before === undefined) reply.header('vary', name);
  else if (!String(before).toLowerCase().split(/, */).includes(name))
    reply.header('vary', `${String(before)}, ${name}`);
}
