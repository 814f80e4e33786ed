import { AppError } from '@btcforecast/platform';
import { parseItem } from 'structured-headers';

const MAX_KEY = 255;
/** What many clients send instead of a quoted string: a letter or digit, then these and a few signs. */
const UNQUOTED = /^[A-Za-z0-9][\w.:~+/=-]{0,254}$/;

/**
 * The key in a header `Idempotency-Key`: a structured-field string (RFC 9651, section 3.3.3), or the same without its
 * quotes where it has none but safe characters.
 *
 * @throws AppError caller idempotency.key_invalid
 */
export function parseIdempotencyKey(header: string | readonly string[]): string {
  if (typeof header !== 'string') throw invalid();
  if (UNQUOTED.test(header)) return header;
  const key = quotedString(header);
  if (key === undefined || key.length < 1 || key.length > MAX_KEY) throw invalid();
  return key;
}

function quotedString(header: string): string | undefined {
  if (!header.trimStart().startsWith('"')) return undefined;
  try {
    const [value] = parseItem(header);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalid(): AppError {
  return new AppError(
    'caller',
    'idempotency.key_invalid',
    `the header Idempotency-Key must be one string in double quotes, 1 to ${MAX_KEY} characters of ASCII, such as ` +
      '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  );
}
