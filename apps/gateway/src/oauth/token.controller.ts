import { Body, Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import { type ClientCredentials, CredentialThrottle, OAuthError, TokenService } from '@btcforecast/access';
import { OAuthClientId, TokenReply, TokenRequest } from '@btcforecast/contracts';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AddRouteConfig } from '../api/route-config.js';
import { Public } from '../api/public.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { auditOf } from '../audit/audit.hooks.js';
import { clientCredentials } from './client-credentials.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';

const FORM = 'application/x-www-form-urlencoded';

@ApiTags('oauth')
@Controller('oauth')
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly throttle: CredentialThrottle,
  ) {}

  @Post('token')
  @HttpCode(200)
  @Public()
  @UseFilters(OAuthErrorFilter)
  @AddRouteConfig({ form: true })
  @ApiConsumes(FORM)
  @Replies(TokenReply, 'An access token for a client: the client credentials grant of OAuth 2.0')
  async issue(
    @Body({ schema: TokenRequest }) form: TokenRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenReply> {
    assertClientCredentialsGrant(request, form);
    const credentials = clientCredentials(request.headers.authorization, form);
    const { reply: token, client } = await this.throttle.guard(request.ip, subjectOf(credentials), () =>
      this.tokens.grant(credentials, form.scope),
    );
    auditOf(request).note({ actor: client, detail: { scope: token.scope } });
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    return token;
  }
}

/** Which client is tried. What has not the form of an id may be a secret in the wrong place, and is not repeated. */
function subjectOf({ clientId }: ClientCredentials): string | null {
  const { data } = OAuthClientId.safeParse(clientId);
  return data === undefined ? null : `client ${data}`;
}

function assertClientCredentialsGrant(
  { headers }: FastifyRequest,
  { grant_type: grant }: TokenRequest,
): void {
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== FORM) {
    throw new OAuthError('invalid_request', `send the parameters with content-type: ${FORM}`);
  }
  if (grant === 'client_credentials') return;
  throw new OAuthError(
    'unsupported_grant_type',
    'grant_type must be client_credentials, the only one there is',
  );
}
