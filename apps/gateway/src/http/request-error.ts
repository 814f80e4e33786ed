import { HttpException } from '@nestjs/common';
import type { ErrorCode, Problem } from '@btcforecast/contracts';
import { AppError, isAppError } from '@btcforecast/platform';

export type FieldErrors = NonNullable<Problem['errors']>;

/** A request with invalid fields; every one of them is named in the reply. */
export class InvalidRequestError extends AppError {
  constructor(readonly errors: FieldErrors) {
    super(
      'caller',
      'request.invalid',
      `the request is invalid: ${errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ')}`,
    );
  }
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'request.not_found',
  405: 'request.method_not_allowed',
  413: 'request.too_large',
  414: 'request.too_large',
  415: 'request.unsupported_media_type',
  431: 'request.too_large',
};

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  'request.not_found': 'there is nothing at this path; the routes are listed at /docs',
  'request.too_large': 'the request is larger than this server accepts; send less',
  'request.unsupported_media_type':
    'a request body must be JSON: send it with content-type: application/json, or send none',
};

/**
 * An error of the HTTP framework as one of ours. What the framework blames on the request keeps its meaning;
 * everything else is left as it is and counts as a bug.
 */
export function requestErrorOf(error: unknown): unknown {
  if (isAppError(error)) return isOurFault(error) ? toBug(error) : error;
  const status = clientStatusOf(error);
  if (status === undefined) return error;
  const code = CODES[status] ?? 'request.invalid';
  const message = MESSAGES[code] ?? 'the request cannot be read; correct its address, headers or body';
  return new AppError('caller', code, message, {}, { cause: error });
}

/** A service that cannot read our call blames its caller, but that is the gateway and not the client. */
function isOurFault({ kind, code }: AppError): boolean {
  return kind === 'caller' && code.startsWith('rpc.');
}

function toBug(error: AppError): AppError {
  return new AppError('bug', error.code, error.message, error.details, { cause: error });
}

function clientStatusOf(error: unknown): number | undefined {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : ((error as { statusCode?: unknown } | null)?.statusCode ?? undefined);
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
