import { AppError } from '@btcforecast/platform';

/** Why credentials were refused: for the log. The caller is told the same whatever it was. */
export type RefusalReason =
  | 'malformed'
  | 'unknown'
  | 'wrong secret'
  | 'replaced secret'
  | 'revoked'
  | 'expired'
  | 'ended'
  | 'wrong password';

/** Credentials that are not valid, with what the log and the throttle need to know of them. */
export class CredentialsRefusedError extends AppError {
  /** @param subject which key or account was tried, e.g. `key 0123456789ab`; null: nobody can tell */
  constructor(
    message: string,
    readonly subject: string | null,
    readonly reason: RefusalReason,
    code: 'access.unauthenticated' | 'access.login_failed' = 'access.unauthenticated',
  ) {
    super('caller', code, message);
  }
}
