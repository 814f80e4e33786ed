import type { CredentialThrottle, KeyService, Principal } from '@btcforecast/access';
import type { FastifyRequest } from 'fastify';
import { bearerOf, type CredentialKind } from '../http/credentials.js';

/** `Authorization: Bearer btcf_<id>_<secret>`. Whatever else is borne, and no kind before took, is a key that is wrong. */
export class BearerKey implements CredentialKind {
  constructor(
    private readonly keys: KeyService,
    private readonly throttle: CredentialThrottle,
  ) {}

  identify(request: FastifyRequest): Principal | Promise<Principal> | undefined {
    const text = bearerOf(request);
    if (text === undefined) return undefined;
    const known = this.keys.verifyFromMemory(text, request);
    if (known) return known;
    this.throttle.assertMayTry(request.ip);
    return this.keys.verify(text, request);
  }

  recheck({ kind, id }: Principal, address: string | null): Promise<Principal | null> | undefined {
    return kind === 'key' ? this.keys.current(id, address) : undefined;
  }
}
