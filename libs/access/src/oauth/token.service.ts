import { Permission, type TokenReply } from '@btcforecast/contracts';
import type { Principal } from '../principal.js';
import type { AccessTokens } from './access-tokens.js';
import type { ClientAuthentication, ClientCredentials } from './client-authentication.js';
import type { ClientRecord } from './client-record.js';
import type { OAuthClients } from './oauth-clients.js';
import { OAuthError } from './oauth.error.js';

export interface TokenServiceDependencies {
  readonly authentication: ClientAuthentication;
  readonly tokens: AccessTokens;
  readonly clients: OAuthClients;
}

export interface GrantedToken {
  readonly reply: TokenReply;
  /** To whom. */
  readonly client: Principal;
}

/** The client credentials grant, RFC 6749, section 4.4. */
export class TokenService {
  constructor(private readonly deps: TokenServiceDependencies) {}

  /**
   * @param scope as asked for, separated by spaces; undefined: all that the client may have
   * @throws OAuthError; AppError transient when the client cannot be looked up, or nothing can be signed
   */
  async grant(credentials: ClientCredentials, scope: string | undefined): Promise<GrantedToken> {
    const client = await this.deps.authentication.authenticate(credentials);
    const scopes = grantedScopes(client, scope);
    const token = await this.deps.tokens.issue(client, scopes);
    this.deps.clients.noteUse(client.id);
    const reply: TokenReply = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: this.deps.tokens.lifeSeconds,
      scope: scopes.join(' '),
    };
    return { reply, client: client.principal };
  }
}

/** Section 3.3: what was asked for, if it may be given, and never more. */
function grantedScopes({ principal }: ClientRecord, scope: string | undefined): Permission[] {
  const allowed = [...principal.permissions];
  const asked = [...new Set((scope ?? '').split(' ').filter((each) => each !== ''))];
  if (asked.length === 0) {
    if (allowed.length > 0) return allowed;
    throw new OAuthError(
      'unauthorized_client',
      'this client may do nothing: its scopes and roles do not meet',
    );
  }
  const refused = asked.filter((each) => !allowed.includes(each as Permission));
  if (refused.length === 0) return asked as Permission[];
  const known = refused.filter((each) => Permission.safeParse(each).success);
  const names = known.length > 0 ? `: ${known.join(', ')}` : '';
  throw new OAuthError('invalid_scope', `the scope has permissions that this client does not have${names}`);
}
