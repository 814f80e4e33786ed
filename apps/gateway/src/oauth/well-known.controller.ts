import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ASSERTION_ALGORITHMS, ServerKeys } from '@btcforecast/access';
import { JwksReply, OAUTH_AUTH_METHODS, OAuthMetadataReply, PERMISSIONS } from '@btcforecast/contracts';
import { ENV } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../api/public.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import type { GatewayEnv } from '../gateway.env.js';
import { publicUrl, tokenEndpoint } from './public-url.js';

/** Shorter than the hour for which a key is published before it signs and after it has signed last. */
const KEPT = 'public, max-age=300';

@ApiTags('oauth')
@Controller('.well-known')
export class WellKnownController {
  readonly #issuer: string;

  constructor(
    private readonly keys: ServerKeys,
    @Inject(ENV) env: GatewayEnv,
  ) {
    this.#issuer = publicUrl(env);
  }

  @Get('jwks.json')
  @Public()
  @Header('cache-control', KEPT)
  @Replies(JwksReply, 'The public keys that verify access tokens')
  jwks(): JwksReply {
    return { keys: this.keys.published('tokens') } as JwksReply;
  }

  /** @see RFC 8414, section 3 */
  @Get('oauth-authorization-server')
  @Public()
  @Header('cache-control', KEPT)
  @Replies(OAuthMetadataReply, 'What an OAuth client has to know about this server')
  metadata(): OAuthMetadataReply {
    return {
      issuer: this.#issuer,
      token_endpoint: tokenEndpoint(this.#issuer),
      jwks_uri: `${this.#issuer}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: [...PERMISSIONS],
      token_endpoint_auth_methods_supported: [...OAUTH_AUTH_METHODS],
      token_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
      service_documentation: `${this.#issuer}/docs`,
    };
  }
}
