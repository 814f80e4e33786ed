import { AppError } from '@btcforecast/platform';

/** Longest text of a foreign error that we repeat. */
const MOST_CHARACTERS = 300;

/** ccxt's errors by the names of their classes, which loading single classes does not put within reach. */
export function ccxtFailure(venue: string, error: unknown, headers: Headers | undefined): AppError {
  if (error instanceof AppError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const retryAfter = retryAfterSeconds(headers);
  if (isNonsense(cause)) return nonsenseReply(venue, shortened(cause.message), cause);
  return new AppError(
    'transient',
    'market.venue_unavailable',
    `${venue} does not serve candles now (${cause.constructor.name}: ${shortened(cause.message)}); it is asked again by itself`,
    { venue, ...(retryAfter === null ? {} : { retryAfterSeconds: retryAfter }) },
    { cause },
  );
}

export function nonsenseReply(venue: string, what: string, cause?: unknown): AppError {
  return new AppError(
    'transient',
    'market.nonsense_reply',
    `${venue} answered with something that cannot be candles: ${what}; nothing of it was stored, it is asked again by itself`,
    { venue },
    { cause },
  );
}

type Headers = Readonly<Record<string, unknown>>;

/** ccxt's own words for a reply that it could not parse, and the errors of JavaScript when it tried. */
function isNonsense(error: Error): boolean {
  if (error.message === 'fetch failed') return false; // Node's TypeError for a connection that failed
  return ['BadResponse', 'NullResponse', 'TypeError', 'SyntaxError', 'RangeError'].includes(
    error.constructor.name,
  );
}

function retryAfterSeconds(headers: Headers | undefined): number | null {
  const value = Number(headers?.['Retry-After'] ?? headers?.['retry-after']);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
