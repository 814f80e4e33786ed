import type { AccessTokens, Principal } from '@btcforecast/access';
import type { FastifyRequest } from 'fastify';
import { bearerOf, type CredentialKind } from '../http/credentials.js';

/** How every JWT begins, `{"` in base64url; no key does. */
const JWT_START = 'eyJ';

/** `Authorization: Bearer <access token>`, RFC 6750. */
export class BearerToken implements CredentialKind {
  constructor(private readonly tokens: AccessTokens) {}

  identify(request: FastifyRequest): Principal | Promise<Principal> | undefined {
    // Most requests carry a key: those are let go before anything is taken apart.
    if (request.headers.authorization?.includes(JWT_START) !== true) return undefined;
    const text = bearerOf(request);
    if (text?.startsWith(JWT_START) !== true) return undefined;
    return this.tokens.verifyFromMemory(text) ?? this.tokens.verify(text);
  }

  recheck(principal: Principal): Promise<Principal | null> | undefined {
    return principal.kind === 'client' ? this.tokens.current(principal) : undefined;
  }
}
