import type { ErrorCode } from '@btcforecast/contracts';
import { isDatabaseAway } from './database-away.js';

/** Who must act: the caller (cannot succeed as sent), nobody yet (should succeed later), or the developers. */
export type ErrorKind = 'caller' | 'transient' | 'bug';
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** The one error class of the system. The message says what was wrong and what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly kind: ErrorKind,
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/**
 * A database that is away is transient; whatever else is not an AppError is a bug. The original error is kept as
 * `cause`.
 */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (isDatabaseAway(error)) {
    const text = 'the database is away for the moment; try again';
    return new AppError('transient', 'database.unavailable', text, {}, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('bug', 'internal.bug', message, {}, { cause: error });
}
