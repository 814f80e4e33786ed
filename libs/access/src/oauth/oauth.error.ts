import { AppError } from '@btcforecast/platform';

/** Error codes of RFC 6749, section 5.2. */
export type OAuthErrorCode =
  'invalid_request' | 'invalid_client' | 'unauthorized_client' | 'unsupported_grant_type' | 'invalid_scope';

/** A refusal of the token endpoint, which speaks of errors in words of its own. */
export class OAuthError extends AppError {
  constructor(
    readonly error: OAuthErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    const code = error === 'invalid_client' ? 'access.unauthenticated' : 'request.invalid';
    super('caller', code, message, {}, options);
  }
}
