import type { ErrorCode } from '@btcforecast/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { askedSignature } from '../signatures/request-signatures.js';

const BEARER = 'Bearer realm="btcforecast"';

/** Tells whoever got 401 what to show: RFC 6750, section 3, and RFC 9421, section 5.1. */
export function setChallenge(request: FastifyRequest, reply: FastifyReply, code: ErrorCode): void {
  const isToken = code === 'access.token_invalid';
  reply.header('www-authenticate', isToken ? `${BEARER}, error="invalid_token"` : BEARER);
  if (code === 'access.signature_required' || code === 'access.signature_invalid') {
    reply.header('accept-signature', askedSignature(request));
  }
}
