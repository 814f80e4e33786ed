import { HttpException } from '@nestjs/common';
import type { ErrorCode, Problem } from '@btcforecast/contracts';
import { AppError, isAppError } from '@btcforecast/platform';
import { LIMITS } from './request-limits.js';

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
  414: 'request.uri_too_long',
  415: 'request.unsupported_media_type',
  431: 'request.headers_too_large',
};

const UNREADABLE = 'the request cannot be read; correct its address, headers or body';

/** By the framework's own codes; what is left is told by the status. */
const REASONS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the address is badly encoded: % must be followed by two hexadecimal digits, of UTF-8',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as content-length says; send it whole',
};

function messageOf(error: unknown, code: ErrorCode, bodyLimit: number): string {
  switch (code) {
    case 'request.not_found':
      return 'there is nothing at this path; the routes are listed at /docs';
    case 'request.too_large':
      return `the body is larger than the ${bodyLimit} bytes that are taken here; send less`;
    case 'request.uri_too_long':
      return `a part of the path is longer than ${LIMITS.paramChars} characters; shorten it`;
    case 'request.unsupported_media_type':
      return 'a request body must be JSON: send it with content-type: application/json, or send none';
    default:
      return REASONS[String((error as { code?: unknown }).code)] ?? UNREADABLE;
  }
}

/** @throws AppError caller request.uri_too_long */
export function assertAddress(url: string): void {
  if (url.length <= LIMITS.urlChars) return;
  const detail = `the address is longer than ${LIMITS.urlChars} characters; shorten it`;
  throw new AppError('caller', 'request.uri_too_long', detail);
}

/**
 * An error of the HTTP framework as one of ours. What the framework blames on the request keeps its meaning;
 * everything else is left as it is and counts as a bug.
 *
 * @param bodyLimit what the route takes, in bytes
 */
export function requestErrorOf(error: unknown, bodyLimit: number = LIMITS.bodyBytes): unknown {
  if (isAppError(error)) return isOurFault(error) ? toBug(error) : error;
  const status = clientStatusOf(error);
  if (status === undefined) return error;
  const code = CODES[status] ?? 'request.invalid';
  return new AppError('caller', code, messageOf(error, code, bodyLimit), {}, { cause: error });
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
